import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSinkConfig } from '../../src/config/sink-config.ts'
import { parseSourceConfig } from '../../src/config/source-config.ts'
import { sampleTexts } from '../../src/config/regex-samples.ts'
import { feeds } from '../../src/config/topic-match.ts'
import { sinkConfig, sourceConfig } from '../worker/test-worker.ts'

test('examples of an expression match it', () => {
  const expressions = [
    ...['abc', 'a\\.b', 'a|b|c', '(a|b)(c|d)', 'x\\.(orders|trades)_\\d+', '[^.]+\\.t', '[a-z]{3}', '.*', '(?:a|b)?c'],
    ...['^a$', '\\w+\\.\\w*', '(?i)abc', 'a{2,}', 'a++b', '(?=a)a', '[\\w]+', 'a.b', 'a.'],
  ]
  for (const expression of expressions) {
    const pattern = new RegExp(`^(?:${expression.replace('(?i)', '').replace('++', '+')})$`)
    const samples = sampleTexts(expression)
    assert.ok(
      samples.some((sample) => pattern.test(sample)),
      `${expression} gave ${JSON.stringify(samples)}`,
    )
  }
})

test('examples of broken expressions end too', () => {
  for (const expression of ['(', ')', '[', 'a)b', '\\', '*', '((((', '(?', '[]', 'a{'.repeat(50)]) {
    assert.ok(Array.isArray(sampleTexts(expression)), expression)
  }
})

test('every alternative gets an example, up to a limit', () => {
  assert.deepEqual(sampleTexts('x\\.(a|b|c)'), ['x.a', 'x.b', 'x.c'])
  assert.ok(sampleTexts('(a|b)'.repeat(30)).length <= 64)
})

const match = (
  tables: string,
  topics: Record<string, string>,
  known: { database: string; table: string }[] = [],
): boolean => {
  const source = parseSourceConfig({ ...sourceConfig, name: 's', 'table.include.list': tables })
  const { 'topics.regex': _, ...rest } = sinkConfig
  return feeds(source, parseSinkConfig({ ...rest, ...topics, name: 'k' }), known)
}

test('a sink finds its sources', () => {
  assert.ok(match('rest.t,rest.u', { 'topics.regex': 'rest\\.rest\\..*' }))
  assert.ok(match('rest\\..*', { 'topics.regex': 'rest\\.rest\\.(orders|trades)' }))
  assert.ok(match('rest\\.(orders|trades)', { topics: 'rest.rest.trades' }))
  assert.ok(match('rest\\..*', { topics: 'x.y.z, rest.rest.orders' }))
  assert.ok(
    match('rest\\.(?!b).*', { 'topics.regex': 'rest\\.rest\\.[^b].+' }, [{ database: 'rest', table: 'orders' }]),
  )
})

test('a sink leaves the sources of others alone', () => {
  assert.ok(!match('rest.t', { 'topics.regex': 'other\\.rest\\..*' }))
  assert.ok(!match('rest.t', { 'topics.regex': 'rest\\.rest\\.u' }))
  assert.ok(!match('rest\\.t.*', { topics: 'rest.rest.u' }, [{ database: 'rest', table: 't1' }]))
})
