import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatEnvLine, parseEnvFile } from '../../src/config/env-file.ts'
import { passwords } from './temporary-project.ts'

const read = (text: string): Record<string, string> => {
  const { variables, errors } = parseEnvFile(text, '.env')
  assert.deepEqual(
    errors.map((error) => error.message),
    [],
  )
  return Object.fromEntries(variables)
}
const problems = (text: string): readonly string[] => parseEnvFile(text, '.env').errors.map((error) => error.message)

test('unquoted values end with the line, and a comment needs a blank before it', () => {
  const text = '# head\n\nA=1\nexport B = two words  # note\nC=ab#cd$x\\n"q\'\nD=\nE= # nothing\nF=#hash\r\nG=#a # b\n'
  assert.deepEqual(read(text), { A: '1', B: 'two words', C: 'ab#cd$x\\n"q\'', D: '', E: '', F: '#hash', G: '#a' })
})

test('single quotes keep every character, double quotes know escapes', () => {
  assert.deepEqual(read(`A='$x #"\\n\\' # note\nB="a\\nb\\"c\\\\d\\$e\\q$f 'g' #h"\nC=''\n`), {
    A: '$x #"\\n\\',
    B: "a\nb\"c\\d$e\\q$f 'g' #h",
    C: '',
  })
})

test('quoted values may have several lines, and the lines after them keep their numbers', () => {
  assert.deepEqual(read('A=\'one\ntwo\'\nB="x\ny"\nC=1\n'), { A: 'one\ntwo', B: 'x\ny', C: '1' })
  assert.deepEqual(problems("A='one\ntwo'\nnonsense\n"), ['CDC-C10 .env:3: this is not NAME=value'])
})

test('every malformed or repeated line is an error with its line', () => {
  assert.deepEqual(problems("A=1\nnot a line\n2B=1\n=x\nA=2\nC=\"x\" y\nD='it's'\n"), [
    'CDC-C10 .env:2: this is not NAME=value',
    'CDC-C10 .env:3: this is not NAME=value',
    'CDC-C10 .env:4: this is not NAME=value',
    'CDC-C10 .env:5: A is already defined in line 1',
    'CDC-C10 .env:6: C has characters after the closing quote',
    'CDC-C10 .env:7: D has characters after the closing quote',
  ])
  assert.deepEqual(problems('X=1\nA="never closed\nB=2\n'), ['CDC-C10 .env:2: A has a quote that is not closed'])
})

test('an error never shows a value', () => {
  const secret = 'hunter2'
  for (const text of [`${secret}\n`, `A='${secret}\n`, `A="${secret}" ${secret}\n`, `A=1\nA=${secret}\n`]) {
    const { errors } = parseEnvFile(text, '.env')
    assert.equal(errors.length > 0, true, text)
    assert.equal(JSON.stringify(errors).includes(secret), false, text)
  }
})

test('a byte order mark does not become part of a name', () => {
  assert.deepEqual(read('\uFEFFA=1\n'), { A: '1' })
})

test('every password can be written', () => {
  for (const password of passwords(2000)) {
    assert.deepEqual(read(`BEFORE=1\n${formatEnvLine('P', password)}\nAFTER=2\n`), {
      BEFORE: '1',
      P: password,
      AFTER: '2',
    })
    if (!password.includes("'")) assert.equal(read(`P='${password}'`)['P'], password)
    const unquoted = !/[\n\r]|^['"\s]|\s#|\s$|^#/.test(password)
    if (unquoted) assert.equal(read(`P=${password}`)['P'], password)
  }
})
