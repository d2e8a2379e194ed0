import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseErrorLine } from '../../src/connect/error-line.ts'
import { CdcError, formatError } from '../../src/core/errors.ts'
import { connectorHealth } from '../../src/connect/health.ts'
import { parseInvalidConfig } from '../../src/connect/invalid-config.ts'
import type { ConnectorStatus, ConnectState } from '../../src/connect/rest-types.ts'
import { fixInTrace, rootCause } from '../../src/connect/trace.ts'

function status(connector: ConnectState, ...tasks: readonly ConnectState[]): ConnectorStatus {
  const trace = (state: ConnectState): { trace: string } | undefined =>
    state === 'FAILED' ? { trace: 'x.Y: broken' } : undefined
  return {
    name: 'a',
    type: 'source',
    connector: { state: connector, worker_id: 'w', ...trace(connector) },
    tasks: tasks.map((state, id) => ({ id, state, worker_id: 'w', ...trace(state) })),
  }
}

for (const [expected, connector, ...tasks] of [
  ['OK', 'RUNNING', 'RUNNING'],
  ['FAILED', 'RUNNING', 'FAILED'],
  ['FAILED', 'FAILED'],
  ['FAILED', 'PAUSED', 'FAILED'],
  ['DEGRADED', 'RUNNING', 'FAILED', 'RUNNING'],
  ['DEGRADED', 'RUNNING'],
  ['DEGRADED', 'RUNNING', 'UNASSIGNED'],
  ['DEGRADED', 'RESTARTING', 'RESTARTING'],
  ['PAUSED', 'PAUSED', 'PAUSED'],
  ['STOPPED', 'STOPPED'],
] as const) {
  test(`a ${connector} connector with tasks [${tasks.join()}] is ${expected}`, () => {
    assert.equal(connectorHealth(status(connector, ...tasks)).state, expected)
  })
}

test('the root cause of a Java trace is its innermost one, without the package', () => {
  const trace = [
    'org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.',
    '\tat org.apache.kafka.connect.runtime.WorkerSinkTask.poll(WorkerSinkTask.java:360)',
    'Caused by: org.hibernate.exception.GenericJDBCException: could not execute',
    'Caused by: org.postgresql.util.PSQLException: ERROR: schema "nosuchschema" does not exist',
    '\t... 12 more',
  ].join('\n')
  assert.equal(rootCause(trace), 'PSQLException: ERROR: schema "nosuchschema" does not exist')
})

test('the root cause of our own block is its first line', () => {
  const unread = `x.ConnectException: An exception occurred\n\tat a.b
Caused by: io.debezium.text.ParsingException: DDL statement couldn't be parsed. Please open an issue with the statement 'create table t (
  a inet6 default '::1')'
no viable alternative at input 'create'
\tat a.b
Caused by: org.antlr.v4.runtime.NoViableAltException\n\tat c.d`
  assert.equal(rootCause(unread), "Debezium cannot read this statement: create table t ( a inet6 default '::1')")
  assert.match(fixInTrace(unread) ?? '', /skip\.unparseable\.ddl/)
  assert.equal(rootCause('error[CDC-M02] a: refused\n  fix: check'), 'error[CDC-M02] a: refused')
})

test("Connect's list of mistakes is taken apart", () => {
  const message = [
    'Connector configuration is invalid and contains the following 3 error(s):',
    "The 'database.server.id' value is invalid: A long value is expected",
    "The 'topic.prefix' value is invalid: A value is required",
    'Invalid value x for configuration tasks.max: Not a number of type INT',
    'You can also find the above list of errors at the endpoint `/connector-plugins/{connectorType}/config/validate`',
  ].join('\n')
  assert.deepEqual(
    parseInvalidConfig(message).map(({ key, missing }) => [key, missing]),
    [
      ['database.server.id', false],
      ['topic.prefix', true],
      ['tasks.max', false],
    ],
  )
})

test('a message of another form is one mistake without an option', () => {
  const [problem, ...rest] = parseInvalidConfig('Connector config {} contains no connector type')
  assert.deepEqual(problem, {
    key: undefined,
    message: 'Connector config {} contains no connector type',
    missing: false,
  })
  assert.equal(rest.length, 0)
})

test('an error of the embedded worker comes back whole', () => {
  const line = "CDC-M02 mariadb-a: db:3306 refused 'cdc'; Access denied; really; fix: check it; or ALTER USER"
  const { code, where, what, why, fix } = parseErrorLine(line) ?? assert.fail()
  assert.deepEqual([code, where, what, why], ['CDC-M02', 'mariadb-a', "db:3306 refused 'cdc'", 'Access denied; really'])
  assert.equal(fix, 'check it; or ALTER USER')
  assert.equal(parseErrorLine('CDC-M99 a: b'), undefined)
  assert.equal(parseErrorLine('Connector a already exists'), undefined)
})

test('the way out is taken from a trace of our own', () => {
  const block = formatError(
    new CdcError('CDC-M04', { where: 'a', what: 'b', why: 'c', fix: 'one;\ntwo;', details: ['d'] }),
  )
  assert.equal(fixInTrace(block), 'one;\ntwo;')
  assert.equal(fixInTrace('x.Y: z\n\tat a.b'), undefined)
})
