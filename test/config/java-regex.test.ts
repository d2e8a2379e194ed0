import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileJavaRegex, expandJavaReplacement, unescapedDots } from '../../src/config/java-regex.ts'
import { regexListEntries, regexListError, regexListMatcher } from '../../src/config/regex-list.ts'

const matches = (source: string, text: string, ignoreCase = false): boolean => {
  const { regex, error } = { regex: undefined, error: undefined, ...compileJavaRegex(source, { ignoreCase }) }
  assert.equal(error, undefined)
  return regex?.test(text) ?? false
}
const errorOf = (source: string): string | undefined => {
  const { error } = { error: undefined, ...compileJavaRegex(source, { ignoreCase: false }) }
  return error === undefined ? undefined : `${error.at}: ${error.what}`
}

test('the whole text must match', () => {
  assert.equal(matches('a|b', 'a'), true)
  assert.equal(matches('a|b', 'ab'), false)
  assert.equal(
    matches(String.raw`xchange_trading\.xchange_trading\..*`, 'xchange_trading.xchange_trading.T_DEAL'),
    true,
  )
  assert.equal(matches(String.raw`xchange_trading\.xchange_trading\..*`, 'xchange_trading.transaction'), false)
})

test("Java's spellings have Java's meaning", () => {
  assert.equal(matches(String.raw`\Qa.b\E.c`, 'a.bxc'), true)
  assert.equal(matches(String.raw`\Qa.b\E`, 'axb'), false)
  assert.equal(matches(String.raw`a\_b\-c\:d`, 'a_b-c:d'), true)
  assert.equal(matches(String.raw`[a\-z]+`, '-'), true)
  assert.equal(matches(String.raw`[a\-z]+`, 'b'), false)
  assert.equal(matches('(?i)abc', 'ABC'), true)
  assert.equal(matches(String.raw`\Aabc\z`, 'abc'), true)
  assert.equal(matches(String.raw`(a)\1`, 'aa'), true)
})

test('what is wrong is said with its position', () => {
  assert.equal(errorOf('db.(t'), '3: unterminated group')
  assert.equal(errorOf('db.t)'), "4: unmatched ')'")
  assert.equal(errorOf('*x'), '0: nothing to repeat')
  assert.equal(errorOf('ab*+c'), '3: nothing to repeat')
  assert.equal(errorOf('a[b'), '1: unterminated character class')
  assert.equal(errorOf('a\\'), '1: a backslash at the end')
  assert.equal(errorOf('[a[b]]'), '2: a class within a class is not supported')
  assert.equal(errorOf('[a-z&&[^b]]'), '4: an intersection of classes is not supported')
})

test('dots that look as if a dot was meant', () => {
  assert.deepEqual(unescapedDots(String.raw`a.b\.c..*[.]d`), [1, 6])
})

test('replacements', () => {
  const match = /^(?<first>a)(b)$/.exec('ab')
  assert.ok(match)
  assert.equal(expandJavaReplacement(String.raw`$2-$1-\$1-${'${first}'}-$0`, match), 'b-a-$1-a-ab')
})

test('a list matches as Debezium matches', () => {
  const list = regexListMatcher(String.raw`shop.T_DEAL, shop\.T_(A|B) ,,log.t[0-9]{1\,2}, shop.T$X`)
  for (const name of ['shop.T_DEAL', 'SHOP.t_deal', 'shop.T_A', 'log.t17', 'shop.T$X'])
    assert.equal(list(name), true, name)
  for (const name of ['shop.T_DEAL2', 'xshop.T_DEAL', 'shop.T_C', 'log.t123', 'shop.T'])
    assert.equal(list(name), false, name)
  assert.deepEqual(regexListEntries('a, b ,,c'), ['a', 'b', 'c'])
  assert.deepEqual(regexListEntries(undefined), [])
})

test('a wrong entry of a list is named', () => {
  assert.match(
    regexListError('shop.a, shop.(b') ?? '',
    /entry 2 "shop\.\(b" has unterminated group at character 6 \(character 14 of the value\)$/,
  )
  assert.equal(regexListError(String.raw`a\..*,b`), undefined)
})
