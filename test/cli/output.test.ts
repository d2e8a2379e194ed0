import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiVersion, createOutput } from '../../src/cli/output.ts'
import { describeFailure, QuietExit } from '../../src/cli/failure.ts'
import { formatBytes, formatCount, formatSeconds, parseDuration } from '../../src/cli/quantities.ts'
import { createStyles } from '../../src/cli/styles.ts'
import { formatTextTable, oneLine } from '../../src/cli/text-table.ts'
import { listenAddress } from '../../src/cli/listen-address.ts'
import { CdcError, CdcErrors } from '../../src/core/errors.ts'

const plain = createStyles({ isTTY: false }, true)
const coloured = createStyles({ isTTY: true }, true)

test('colours need a terminal and a wish', () => {
  assert.equal(plain.red('x'), 'x')
  assert.equal(createStyles({ isTTY: true }, false).red('x'), 'x')
  assert.equal(coloured.red('x'), '\u001b[31mx\u001b[39m')
})

test('a table has no trailing blanks, and colours do not shift its columns', () => {
  const columns = [{ title: 'A' }, { title: 'N', align: 'right' as const }, { title: 'E' }]
  const table = formatTextTable(columns, [
    [coloured.red('ab'), '7', ''],
    ['abcd', '1,000', 'x'],
  ])
  assert.equal(table.replaceAll(/\u001b\[\d+m/g, ''), 'A         N  E\nab        7\nabcd  1,000  x')
})

test('a long text becomes one line', () => {
  assert.equal(oneLine('a\n  b\tc', 10), 'a b c')
  assert.equal(oneLine('abcdef', 4), 'abc…')
})

test('quantities are written for people', () => {
  assert.equal(formatCount(1_234_567), '1,234,567')
  assert.deepEqual([0, 999, 1_500, 123_456, 999_999, 5e9].map(formatBytes), [
    '0 B',
    '999 B',
    '1.5 kB',
    '123 kB',
    '1.0 MB',
    '5.0 GB',
  ])
  assert.deepEqual([0, 0.44, 9.96, 59.4, 61, 3_599.6, 7_800, 200_000].map(formatSeconds), [
    '0.0s',
    '0.4s',
    '10s',
    '59s',
    '1m01s',
    '1h00m',
    '2h10m',
    '2d07h',
  ])
})

test('durations are read as people write them', () => {
  assert.deepEqual(['90', '90s', '5m', '1.5h', '250ms'].map(parseDuration), [90_000, 90_000, 300_000, 5_400_000, 250])
  for (const text of ['', '5x', '-1', 'm']) assert.equal(parseDuration(text), undefined, text)
})

test('JSON results carry the version, and sequences wider than a number are texts', () => {
  const written: string[] = []
  const stdout = { write: (text: string) => written.push(text) }
  const output = createOutput({ stdout, stderr: { write: () => assert.fail() }, format: 'json', colours: false })
  output.item({ sequence: 2n ** 63n }, () => assert.fail())
  output.line('not shown')
  output.next('not shown')
  assert.equal(written.join(''), `{"apiVersion":"${apiVersion}","sequence":"9223372036854775808"}\n`)
})

const error = (code: 'CDC-C05' | 'CDC-W03', where: string): CdcError =>
  new CdcError(code, { where, what: 'what', fix: 'fix' })

test('every error is printed, and the first gives the exit code', () => {
  const failure = describeFailure(new CdcErrors([error('CDC-C05', 'a:1'), error('CDC-W03', 'b:2')]), {
    ...{ format: 'human', styles: plain, verbose: false },
  })
  assert.equal(failure.exitCode, 78)
  assert.equal(failure.text, 'error[CDC-C05] a:1: what\n  fix: fix\nerror[CDC-W03] b:2: what\n  fix: fix')
})

test('errors are JSON when JSON is wanted', () => {
  const failure = describeFailure(error('CDC-W03', 'b'), { format: 'json', styles: plain, verbose: false })
  const document = JSON.parse(failure.text) as { apiVersion: string; error: object; errors: object[] }
  assert.equal(failure.exitCode, 69)
  assert.deepEqual(document.error, { code: 'CDC-W03', where: 'b', what: 'what', fix: 'fix', details: [] })
  assert.equal(document.errors.length, 1)
})

test('what has no code is a bug of ours, with its stack only when asked', () => {
  const bug = new TypeError('x is undefined')
  const quiet = describeFailure(bug, { format: 'human', styles: plain, verbose: false })
  assert.equal(quiet.exitCode, 70)
  assert.match(quiet.text, /^error\[CDC-X01\] cdc: x is undefined/)
  assert.doesNotMatch(quiet.text, /output\.test\.ts/)
  assert.match(describeFailure(bug, { format: 'human', styles: plain, verbose: true }).text, /output\.test\.ts/)
})

test('an exit code alone prints nothing', () => {
  assert.deepEqual(describeFailure(new QuietExit(4), { format: 'human', styles: plain, verbose: false }), {
    ...{ exitCode: 4, text: '' },
  })
})

test('a worker listens where it is told, else where DEBEZIUM_URL looks for it on this machine', () => {
  const local = { listen: undefined, workerUrl: 'http://u:p@localhost:9000/x' }
  assert.deepEqual(listenAddress(undefined, local), { host: 'localhost', port: 9000 })
  assert.deepEqual(listenAddress(undefined, { ...local, listen: '0.0.0.0:7' }), { host: '0.0.0.0', port: 7 })
  assert.deepEqual(listenAddress('[::1]:8', { ...local, listen: '0.0.0.0:7' }), { host: '::1', port: 8 })
  assert.deepEqual(listenAddress('8084', local), { host: '127.0.0.1', port: 8084 })
  assert.deepEqual(listenAddress(undefined, { listen: undefined, workerUrl: 'https://cdc.example.com' }), {
    ...{ host: '127.0.0.1', port: 8083 },
  })
  assert.throws(() => listenAddress('a:b', local), { code: 'CDC-C06' })
  assert.throws(() => listenAddress('a:70000', local), { code: 'CDC-C06' })
})
