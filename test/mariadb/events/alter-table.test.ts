import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AlterAction, StatementContext } from '../../../src/mariadb/events/statement.ts'
import { parseStatement } from '../../../src/mariadb/events/statement.ts'

function actions(sql: string, changed: Partial<StatementContext> = {}): readonly AlterAction[] {
  const context = { database: 'd', sqlMode: 0n, databaseCharset: null, explicitTimestamps: true, ...changed }
  const statement = parseStatement(sql, context)
  assert.ok(statement.kind === 'alter-table', sql)
  return statement.actions
}
const kinds = (sql: string, changed?: Partial<StatementContext>): string =>
  actions(sql, changed)
    .map(({ kind }) => kind)
    .join(' ')

test('columns are added: one, several, with places', () => {
  const added = actions(
    'alter online table t add column a int, add b varchar(5) not null after a, add (c date, d text) , add e int first',
  )
  const shape = added.map((action) =>
    action.kind === 'add-column' ? [action.column.name, action.column.columnType, action.position] : action.kind,
  )
  assert.deepEqual(shape, [
    ['a', 'int(11)', 'last'],
    ['b', 'varchar(5)', { after: 'a' }],
    ['c', 'date', 'last'],
    ['d', 'text', 'last'],
    ['e', 'int(11)', 'first'],
  ])
})

test('what existing rows get is told, or the column is not repeatable', () => {
  const values: readonly (readonly [string, string | null])[] = [
    ['int', 'NULL'],
    ['int default null', 'NULL'],
    ['int not null', '0'],
    ['int not null default 7', '7'],
    ["varchar(5) default 'a''b'", "'a''b'"],
    ['varchar(5) not null', "''"],
    ['decimal(8,3) not null', '0.000'],
    ["enum('x','y') not null", "'x'"],
    ["set('x','y') not null", "''"],
    ['date not null', "'0000-00-00'"],
    ['datetime(2) not null', "'0000-00-00 00:00:00.00'"],
    ['bit(3) not null', "b'0'"],
    ['bool not null default true', '1'],
    ['text', 'NULL'],
    ['blob not null', "''"],
    ['datetime default current_timestamp', null],
    ['timestamp not null default now() on update now()', null],
    ['varchar(36) default uuid()', null],
    ['int default (1+1)', null],
    ['int as (a + 1) stored', null],
    ['int generated always as (a) virtual', null],
    ['uuid not null', null],
    ['int auto_increment', null],
    ['int unique', null],
  ]
  for (const [definition, existing] of values) {
    const [action] = actions(`alter table t add column x ${definition}`)
    assert.ok(action?.kind === 'add-column', definition)
    assert.deepEqual([action.existingRows, action.repeatable], [existing, existing !== null], definition)
  }
})

test('keys that come with a column are told; so is a character set that is the table’s', () => {
  const flags = (definition: string): unknown => {
    const [action] = actions(`alter table t add x ${definition}`)
    assert.ok(action?.kind === 'add-column', definition)
    return [action.alsoKey, action.inheritsCharset, action.column.charset]
  }
  assert.deepEqual(flags('int primary key'), [true, false, null])
  assert.deepEqual(flags('serial'), [true, false, null])
  assert.deepEqual(flags('varchar(5) character set latin1'), [false, false, 'latin1'])
  assert.deepEqual(flags('varchar(5) collate koi8r_bin'), [false, false, 'koi8r'])
  assert.deepEqual(flags('varchar(5)'), [false, true, null])
  assert.deepEqual(flags('json'), [false, false, 'utf8mb4'])
  assert.deepEqual(flags('blob'), [false, false, null])
})

test('a column that is added only if there is none of its name says so', () => {
  const conditions = (sql: string): readonly unknown[] =>
    actions(`alter table t ${sql}`).map((action) => action.kind === 'add-column' && action.ifNotExists)
  assert.deepEqual(conditions('add column if not exists a int, add b int'), [true, false])
  assert.deepEqual(conditions('add if not exists (a int, b int)'), [true, true])
})

test('columns are dropped and tables renamed', () => {
  assert.deepEqual(actions('alter table t drop a, drop column if exists `b` cascade, rename to x.y'), [
    { kind: 'drop-column', name: 'a', ifExists: false },
    { kind: 'drop-column', name: 'b', ifExists: true },
    { kind: 'rename-table', to: { database: 'x', table: 'y' } },
  ])
  for (const sql of ['rename as q', 'rename = q', 'rename q']) {
    assert.deepEqual(actions(`alter table t ${sql}`), [{ kind: 'rename-table', to: { database: 'd', table: 'q' } }])
  }
})

test('foreign keys that change rows are told, with the table they refer to', () => {
  const [added] = actions(
    'alter table t add constraint fk foreign key (a, b) references o.q (x, y) on delete set null on update cascade',
  )
  assert.deepEqual(added, {
    kind: 'add-cascade',
    cascade: {
      name: 'fk',
      columns: ['a', 'b'],
      parent: { database: 'o', table: 'q' },
      parentColumns: ['x', 'y'],
      onDelete: 'set-null',
      onUpdate: 'cascade',
    },
  })
  assert.deepEqual(actions('alter table t drop foreign key if exists fk'), [{ kind: 'drop-foreign-key', name: 'fk' }])
})

test('what does not concern rows has no effect', () => {
  const harmless = [
    'engine=innodb',
    'engine innodb row_format=dynamic comment "x"',
    "comment = 'a, b'",
    'auto_increment = 5',
    'add foreign key (a) references q (id)',
    'add foreign key (a) references q (id) on delete restrict on update no action',
    'add constraint c check (a > 0)',
    'alter column a set default 5',
    'alter a drop default',
    'alter index i not ignored',
    'enable keys',
    'disable keys',
    'force',
    'algorithm=inplace',
    'lock none',
    'default character set utf8mb4 collate utf8mb4_bin',
    'rename index a to b',
    'order by a, b desc',
    'add partition (partition p5 values less than (10))',
    'reorganize partition p0, p1 into (partition p2 values less than (9))',
    'partition by hash (a) partitions 5',
    'remove partitioning',
    'without validation',
  ]
  for (const sql of harmless) assert.match(kinds(`alter table t ${sql}`), /^no-effect( no-effect)*$/, sql)
  assert.equal(kinds('alter table t add a int, algorithm=instant, lock=none'), 'add-column no-effect no-effect')
  const [engine] = actions('alter table t engine = MYISAM')
  assert.deepEqual(engine, { kind: 'no-effect', what: 'ENGINE=MyISAM', engine: 'MyISAM' })
  assert.equal(kinds('alter table t'), '')
})

test('indexes are told', () => {
  const [unique, plain, text, drop, constraint] = actions(
    'alter table t add unique key u (a, b(5)), add index (c desc), add fulltext ft (d), drop key u, drop constraint x',
  )
  assert.ok(unique?.kind === 'add-index' && unique.index.unique && unique.index.columns[1]?.prefix === 5)
  assert.ok(plain?.kind === 'add-index' && plain.index.name === '' && plain.index.columns[0]?.descending)
  assert.ok(text?.kind === 'add-index' && text.index.method === 'FULLTEXT')
  assert.deepEqual(drop, { kind: 'drop-index', name: 'u' })
  assert.deepEqual(constraint, { kind: 'drop-index', name: 'x' })
})

test('everything else is refused', () => {
  const refused = [
    'modify a bigint',
    'change a b int',
    'rename column a to b',
    'add primary key (a)',
    'drop primary key',
    'drop index `primary`',
    'convert to character set utf8mb4',
    'drop partition p0',
    'truncate partition p0',
    'exchange partition p0 with table q',
    'add system versioning',
    'drop system versioning',
    'discard tablespace',
    'import tablespace',
    'add a sometype',
    'add a text(300)',
    'add column a int frobnicate',
    'frobnicate',
    'add period for p (a, b)',
    'union=(a)',
  ]
  for (const sql of refused) assert.equal(kinds(`alter table t ${sql}`), 'refused', sql)
  assert.equal(kinds('alter ignore table t add unique (a)'), 'refused')
  assert.equal(kinds('alter table t add a timestamp', { explicitTimestamps: null }), 'refused')
  assert.equal(kinds('alter table t add a int, modify b int, drop c'), 'add-column refused drop-column')
  assert.equal(kinds('alter table t drop partition p0, p1'), 'refused refused')
})
