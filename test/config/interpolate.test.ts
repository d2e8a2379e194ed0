import assert from 'node:assert/strict'
import { test } from 'node:test'
import { interpolate } from '../../src/config/interpolate.ts'
import { passwords } from './temporary-project.ts'

const variables = { A: 'one', EMPTY: '', DOLLAR: '$A ${A} $$' }
const fill = (text: string): string | undefined => {
  const { text: filled, problems } = interpolate(text, variables)
  assert.deepEqual(problems, [])
  return filled
}
const problems = (text: string): readonly string[] => interpolate(text, variables).problems.map(({ what }) => what)

test('variables, defaults and dollars', () => {
  assert.equal(fill('x${A}y${A}'), 'xoneyone')
  assert.equal(fill('${B:-two}/${EMPTY:-three}/${A:-four}/${B:-}'), 'two/three/one/')
  assert.equal(fill('${B:-a${A}b}'), 'aoneb')
  assert.equal(fill('${A:?needed}'), 'one')
  assert.equal(fill('$$ $${A} $A .*$ $1'), '$ ${A} $A .*$ $1')
})

test('what is filled in is not looked at again', () => {
  assert.equal(fill('${DOLLAR}'), '$A ${A} $$')
  for (const password of passwords(500)) assert.equal(interpolate('<${P}>', { P: password }).text, `<${password}>`)
})

test('what belongs to Kafka Connect or to the sink passes through', () => {
  const text =
    '${env:A} ${file:/secrets/x.properties:password} ${dir:/run:pw} ${my-vault:a/b:c} ${topic} mp_cdc.${source.table} ${source.db}'
  assert.equal(fill(text), text)
})

test('a value that is only ${VAR:+…} leaves its key out when the variable has none', () => {
  assert.equal(fill('${EMPTY:+x}'), undefined)
  assert.equal(fill('${B:+x ${A}}'), undefined)
  assert.equal(fill('${A:+x ${A}}'), 'x one')
  assert.equal(fill('-${B:+x}-'), '--')
})

test('undefined and empty are different mistakes', () => {
  assert.deepEqual(problems('${B} ${EMPTY}'), ['B is not defined', 'EMPTY is defined but empty'])
  assert.deepEqual(problems('${B:?ask the operator} ${EMPTY:?also}'), [
    'B is not defined: ask the operator',
    'EMPTY is defined but empty: also',
  ])
  assert.deepEqual(problems('${A-b}'), ['${A-b} is not the name of a variable'])
  assert.deepEqual(problems('${}'), ['${} is not the name of a variable'])
  assert.deepEqual(problems('x${A'), ['${ without a closing brace; write $$ for a dollar sign'])
})
