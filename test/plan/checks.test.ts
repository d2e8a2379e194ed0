// Each trap of the runbook, from what the cluster answers to what is said.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CascadingKey } from '../../src/core/table.ts'
import { examineRegistration } from '../../src/plan/check-table.ts'
import type { Finding } from '../../src/plan/finding.ts'
import { leftOnNotes } from '../../src/plan/left-on.ts'
import type { Situation } from '../../src/plan/situation.ts'
import {
  fileOf,
  liveOf,
  plugins,
  sinkConfig,
  sinkOffset,
  sinkSituation,
  sourceConfig,
  sourceOffset,
  sourceSituation,
  tableOf,
} from './example-situation.ts'

const text = ({ what, why, fix, details }: Finding): string => [what, why, fix, ...(details ?? [])].join('\n')
const ofSeverity = (situation: Situation, severity: Finding['severity']): readonly Finding[] =>
  examineRegistration(situation).filter((finding) => finding.severity === severity)

/** The one objection there is. */
function objection(situation: Situation): Finding & { text: string } {
  const [found, ...more] = ofSeverity(situation, 'confirm')
  assert.ok(found !== undefined, 'nothing objected')
  assert.deepEqual(more, [])
  return { ...found, text: text(found) }
}

function onlyNotes(situation: Situation, ...patterns: readonly RegExp[]): void {
  const findings = examineRegistration(situation)
  const notes = findings.filter(({ severity }) => severity === 'note').map(text)
  assert.deepEqual(
    findings.filter(({ severity }) => severity !== 'note'),
    [],
  )
  assert.equal(notes.length, patterns.length, notes.join('\n'))
  for (const [index, pattern] of patterns.entries()) assert.match(notes[index] ?? '', pattern)
}

test('what runs as its file says is not objected to', () => {
  onlyNotes(sourceSituation())
  onlyNotes(sinkSituation())
})

test('a new pipeline is not objected to', () => {
  onlyNotes(sourceSituation({}, { live: undefined, offsets: [], others: [] }))
  onlyNotes(sinkSituation({}, { live: undefined, offsets: undefined }))
})

test('a changed topic.prefix: what is at stake, and the prefix to keep', () => {
  const found = objection(sourceSituation({ 'topic.prefix': 'xchange_trading_v2' }))
  assert.deepEqual([found.code, found.key], ['CDC-C12', 'topic.prefix'])
  assert.match(found.text, /stored under xchange_trading\n/)
  assert.match(found.text, /mysql-bin\.000004:805 of 2026-/)
  assert.match(found.text, /MariaDB is at 0-77-118: 18 transactions after it/)
  assert.match(found.text, /"topic\.prefix": "xchange_trading"/)
})

test('the runbook for removing a table (prefix, history and list at once) is one objection: narrow the list', () => {
  const found = objection(
    sourceSituation({
      'topic.prefix': 'xchange_trading_v2',
      'schema.history.internal.kafka.topic': 'xchange_trading-v2.schema-history',
      'table.include.list': 'xchange_trading.T_DEAL',
    }),
  )
  assert.match(found.text, /the narrower list is all it takes/)
  assert.match(
    found.text,
    /"topic\.prefix": "xchange_trading"\n"schema\.history\S+": "xchange_trading\.schema-history"/,
  )
})

test('a deleted connector left its position under its former prefix', () => {
  const changes = { 'topic.prefix': 'xchange_trading_v2' }
  const found = objection(sourceSituation(changes, { live: undefined, offsets: [sourceOffset('xchange_trading')] }))
  assert.equal(found.key, 'topic.prefix')
})

test('back to a prefix whose position is still stored: it goes on from there', () => {
  const running = liveOf(fileOf('source', 'trading', sourceConfig('trading', { 'topic.prefix': 'v2' })))
  const situation = sourceSituation(
    {},
    { live: running, offsets: [sourceOffset('v2'), sourceOffset('xchange_trading')] },
  )
  onlyNotes(situation, /goes back from v2 to xchange_trading/)
})

test('another history topic with a position: the task would fail', () => {
  const found = objection(sourceSituation({ 'schema.history.internal.kafka.topic': 'v2.schema-history' }))
  assert.equal(found.key, 'schema.history.internal.kafka.topic')
  assert.match(found.text, /db history topic is missing/)
  onlyNotes(sourceSituation({ 'schema.history.internal.kafka.topic': 'v2.schema-history' }, { offsets: [] }))
})

test('a history topic that is gone, for a connector that comes back', () => {
  const around = { live: undefined, others: [], topics: ['xchange_trading.xchange_trading.T_DEAL'] }
  assert.match(objection(sourceSituation({}, around)).text, /does not exist/)
})

test('a history that keeps captured tables only does not know a new one', () => {
  const only = { 'schema.history.internal.store.only.captured.tables.ddl': 'true' }
  const live = liveOf(fileOf('source', 'trading', sourceConfig('trading', only)))
  const list = 'xchange_trading.T_DEAL,xchange_trading.T_CARRIER,xchange_trading.T_NEW'
  const found = objection(sourceSituation({ ...only, 'table.include.list': list }, { live, server: undefined }))
  assert.match(found.text, /does not know xchange_trading\.T_NEW/)
})

test('snapshot modes', () => {
  const mode = (written: string, around: Partial<Situation> = {}): Situation =>
    sourceSituation({ 'snapshot.mode': written }, around)
  assert.match(objection(mode('recovery')).text, /reads no rows.*FLUSH TABLES WITH READ LOCK.*only widen/s)
  const [refused] = ofSeverity(mode('recovery', { offsets: [] }), 'refuse')
  assert.match(text(refused ?? assert.fail()), /needs a stored position/)
  for (const written of ['initial', 'when_needed', '']) {
    assert.match(objection(mode(written, { live: undefined, offsets: [] })).text, /copy all rows/, written)
  }
  onlyNotes(mode('initial'), /copies no rows now/)
  for (const written of ['always', 'initial_only', 'never', 'custom']) {
    assert.equal(objection(mode(written)).key, 'snapshot.mode', written)
  }
  const live = liveOf(fileOf('source', 'trading', sourceConfig('trading', { 'snapshot.mode': 'recovery' })))
  onlyNotes(sourceSituation({}, { live }), /recovery was still on/)
})

test('recovery that was left on is pointed out by the status', () => {
  const running = fileOf('source', 'trading', sourceConfig('trading', { 'snapshot.mode': 'Recovery' }))
  const infos = [liveOf(running), liveOf(fileOf('source', 'finance', sourceConfig('finance')))]
  const notes = leftOnNotes(infos.map((info) => ({ ...info, tasks: [] })))
  assert.equal(notes.length, 1)
  assert.match(notes[0] ?? '', /^mariadb-trading-connector: snapshot\.mode is still recovery.*"no_data"/)
})

test('a list that grows and shrinks: what comes next', () => {
  const tables = [tableOf('T_DEAL'), tableOf('T_CARRIER'), tableOf('T_NEW')]
  const server = { ...(sourceSituation().server ?? assert.fail()), tables }
  const list = 'xchange_trading\\.T_(DEAL|CARRIER|NEW)'
  onlyNotes(
    sourceSituation({ 'table.include.list': list }, { server }),
    /xchange_trading\.T_NEW.*cdc migrate trading --tables T_NEW --replace/,
    /left the list/,
  )
  onlyNotes(sourceSituation({ 'table.include.list': 'XCHANGE_TRADING.T_DEAL' }), /T_CARRIER left the list/)
})

test('what two sources may not share, on the cluster and in files', () => {
  const twin = (changes: Readonly<Record<string, string>>): Situation => {
    const other = fileOf('source', 'finance', sourceConfig('finance', changes))
    return sourceSituation({}, { others: [liveOf(other)], files: [other], live: undefined, offsets: [] })
  }
  const sameServer = { 'database.server.id': '5401', 'database.hostname': 'TRADING.db' }
  assert.match(objection(twin(sameServer)).text, /5401 is also that of mariadb-finance-connector \(on the cluster\)/)
  onlyNotes(twin({ 'database.server.id': '5401' }), /right only while both read different servers/)
  assert.equal(objection(twin({ 'topic.prefix': 'xchange_trading' })).code, 'CDC-C11')
  const history = { 'schema.history.internal.kafka.topic': 'xchange_trading.schema-history' }
  assert.equal(objection(twin(history)).key, 'schema.history.internal.kafka.topic')
  const file = fileOf('source', 'finance', sourceConfig('finance', { 'topic.prefix': 'xchange_trading' }))
  const inFile = sourceSituation({}, { others: [], files: [file], live: undefined, offsets: [] })
  assert.match(objection(inFile).text, /sources\/mariadb\/finance\.json/)
  assert.match(objection(sourceSituation({ 'database.server.id': '77' })).text, /MariaDB server itself/)
})

test('options that leave changes out stop when they are new and are pointed out when they run', () => {
  for (const [key, value] of [
    ['skipped.operations', 'd'],
    ['errors.tolerance', 'all'],
    ['event.processing.failure.handling.mode', 'skip'],
    ['inconsistent.schema.handling.mode', 'warn'],
  ] as const) {
    assert.equal(objection(sourceSituation({ [key]: value })).key, key)
    const live = liveOf(fileOf('source', 'trading', sourceConfig('trading', { [key]: value })))
    onlyNotes(sourceSituation({ [key]: value }, { live }), /left out/)
  }
  for (const [key, value] of [
    ['delete.enabled', 'false'],
    ['errors.tolerance', 'all'],
    ['consumer.override.auto.offset.reset', 'latest'],
  ] as const) {
    assert.equal(objection(sinkSituation({ [key]: value })).key, key)
  }
  onlyNotes(sourceSituation({ 'skipped.operations': '' }), /TRUNCATE TABLE is left out/)
  onlyNotes(sinkSituation({ 'value.converter.replace.null.with.default': '' }), /becomes that default/)
})

test('a sink that matches nothing of its source, with the expression to write', () => {
  const found = objection(sinkSituation({ 'topics.regex': 'xchange_trade\\..*' }, { offsets: [] }))
  assert.equal(found.code, 'CDC-S03')
  assert.ok(found.text.includes(String.raw`"topics.regex": "xchange_trading\\.xchange_trading\\..*"`), found.text)
})

test('a sink that follows a prefix which the source does not have yet', () => {
  const moved = fileOf('source', 'trading', sourceConfig('trading', { 'topic.prefix': 'xchange_trading_v2' }))
  const situation = sinkSituation(
    { 'topics.regex': 'xchange_trading_v2\\.xchange_trading\\..*' },
    { files: [moved], offsets: [] },
  )
  assert.match(objection(situation).text, /matches no topic of mariadb-trading-connector as it runs.*unread/s)
})

test('a sink that turns away from topics it has not read to the end', () => {
  const regex = 'xchange_trading\\.xchange_trading\\.T_DEAL'
  const topic = 'xchange_trading.xchange_trading.T_CARRIER'
  const offsets = [sinkOffset(topic, 10)]
  const found = objection(sinkSituation({ 'topics.regex': regex }, { offsets, unread: new Map([[topic, 3n]]) }))
  assert.equal(found.key, 'topics.regex')
  assert.match(found.text, /T_CARRIER: 3 records not read yet/)
  const others = [liveOf(fileOf('source', 'trading', sourceConfig('trading', { 'topic.prefix': 'v2' })))]
  const read = sinkSituation(
    { 'topics.regex': 'v2\\..*' },
    { others, files: others.map(asFile), offsets, unread: new Map([[topic, 0n]]) },
  )
  onlyNotes(read, /all that was in them is applied/)
})

const asFile = ({ config }: { config: Readonly<Record<string, string>> }): ReturnType<typeof fileOf> =>
  fileOf('source', 'trading', config)

test('an expression that takes topics without rows, or those of another database', () => {
  const wide = objection(sinkSituation({ 'topics.regex': 'xchange_trading.*' }))
  assert.match(wide.text, /xchange_trading\.schema-history.*the sink task fails/s)
  const dots = sinkSituation(
    { 'topics.regex': 'xchange_trading.xchange_trading.T_D.*' },
    { topics: ['xchange_trading_xchange_trading.T_DX.T_Y', 'xchange_trading.xchange_trading.T_DEAL'] },
  )
  const found = objection(dots)
  assert.match(found.text, /also match xchange_trading_xchange_trading\.T_DX\.T_Y\n/)
  assert.ok(found.text.includes(String.raw`"xchange_trading\\.xchange_trading\\.T_D.*"`), found.text)
})

test('two sinks, or two topics, that write one table', () => {
  const same = { 'collection.name.format': 'mp_cdc.${source.table}' }
  const other = fileOf('sink', 'finance', sinkConfig('finance', same))
  const situation = sinkSituation()
  const source = situation.others.filter(({ type }) => type === 'source')
  const found = objection(
    sinkSituation({}, { live: undefined, others: [...source, liveOf(other)], files: situation.files }),
  )
  assert.equal(found.code, 'CDC-C11')
  assert.match(found.text, /mp_cdc\.t_deal: from xchange_trading\.xchange_trading\.T_DEAL, and postgres-sink-finance/)
  const elsewhere = fileOf(
    'sink',
    'finance',
    sinkConfig('finance', { ...same, 'connection.url': 'jdbc:postgresql://pg2/warehouse' }),
  )
  onlyNotes(sinkSituation({}, { live: undefined, others: [...source, liveOf(elsewhere)], files: situation.files }))
  const both = objection(sinkSituation({ 'topics.regex': 'xchange_(trading|finance)\\..*\\..*' }))
  assert.match(both.text, /T_DEAL, and xchange_finance\.xchange_finance\.T_DEAL/)
})

test('a table without a key, and the ways out', () => {
  const base = sinkSituation()
  const server = { ...(base.server ?? assert.fail()), tables: [tableOf('T_DEAL'), tableOf('T_LOG', [])] }
  const found = objection(sinkSituation({}, { live: undefined, server }))
  assert.match(
    found.text,
    /xchange_trading\.T_LOG has no primary key.*ALTER TABLE `xchange_trading`\.`T_LOG`.*message\.key\.columns/s,
  )
  onlyNotes(sinkSituation({}, { server }), /no primary key/)
  const keyed = fileOf(
    'source',
    'trading',
    sourceConfig('trading', { 'message.key.columns': 'xchange_trading\\.T_LOG:at,who' }),
  )
  onlyNotes(sinkSituation({}, { live: undefined, server, files: [keyed] }))
  onlyNotes(sinkSituation({}, { live: undefined, server: undefined }), /cannot be seen from here/)
})

test('foreign keys that change rows are pointed out: these changes never reach Kafka', () => {
  const base = sinkSituation()
  const cascades: readonly CascadingKey[] = [
    {
      ...{ name: 'fk', columns: ['deal_id'], parent: { database: 'xchange_trading', table: 'T_DEAL' } },
      ...{ parentColumns: ['id'], onDelete: 'cascade', onUpdate: null },
    },
  ]
  const server = { ...(base.server ?? assert.fail()), tables: [{ ...tableOf('T_DEAL'), cascades }] }
  onlyNotes(sinkSituation({}, { server }), /does not log.*T_DEAL/)
})

test('a plugin that is missing, and versions that were not tried', () => {
  const [jdbc, mariadb] = plugins
  const [missing] = ofSeverity(sourceSituation({}, { plugins: jdbc === undefined ? [] : [jdbc] }), 'refuse')
  assert.equal(missing?.code, 'CDC-W08')
  assert.match(
    text(missing ?? assert.fail()),
    /it has: io\.debezium\.connector\.jdbc\.JdbcSinkConnector 3\.5\.0\.Final/,
  )
  const version = (written: string): Situation =>
    sourceSituation({}, { plugins: [{ ...(mariadb ?? assert.fail()), version: written }] })
  onlyNotes(version('3.2.0.Final'))
  onlyNotes(version('3.6.0.Final'), /3\.6\.0\.Final, which was not tried/)
  onlyNotes(version('3.1.3.Final'), /does not retry a lost connection/)
  onlyNotes(sourceSituation({ 'connector.class': 'MariaDbConnector' }))
  onlyNotes(sourceSituation({}, { connectVersion: '3.4.0' }), /3\.4\.0 is old.*\(3\.7\).*\(3\.6\).*\(3\.5\)/)
})
