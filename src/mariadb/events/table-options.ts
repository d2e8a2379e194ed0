import type { TokenReader } from './token-reader.ts'
import { Unreadable } from './token-reader.ts'

export interface TableOptions {
  readonly engine: string
  readonly charset: string | null
  readonly collation: string | null
  readonly comment: string
  readonly versioned: boolean
  readonly asSelect: boolean
}

/** Reads options, partitions and a SELECT, to the end of CREATE TABLE. @throws Unreadable */
export function readTableOptions(reader: TokenReader): TableOptions {
  // The statement does not say the server's default_storage_engine; everybody's is InnoDB.
  const options = { engine: 'InnoDB', comment: '', versioned: false, asSelect: false }
  let charset: string | null = null
  let collation: string | null = null
  while (!reader.done) {
    if (reader.takeSymbol(',') || reader.takeSymbol(';')) continue
    if (reader.sees('PARTITION', 'BY')) {
      options.asSelect = skipPartitions(reader)
      break
    }
    const select = ['AS', 'SELECT', 'WITH', 'VALUES', 'IGNORE', 'REPLACE', 'TABLE'].some((word) => reader.sees(word))
    if (reader.take('WITH', 'SYSTEM', 'VERSIONING')) options.versioned = true
    else if (select || reader.seesSymbol('(')) {
      options.asSelect = true
      break
    } else if (reader.take('ENGINE')) options.engine = engineName(readValue(reader))
    else if (reader.take('COMMENT')) options.comment = readValue(reader)
    else {
      reader.take('DEFAULT')
      if (reader.take('CHARACTER', 'SET') || reader.take('CHAR', 'SET') || reader.take('CHARSET')) {
        charset = readValue(reader)
      } else if (reader.take('COLLATE')) collation = readValue(reader).toLowerCase()
      else if (reader.sees('SEQUENCE')) throw new Unreadable('a sequence')
      else skipOption(reader)
    }
  }
  if (charset?.toUpperCase() === 'DEFAULT') charset = null
  return { ...options, charset, collation }
}

function readValue(reader: TokenReader): string {
  reader.takeSymbol('=')
  return reader.peek()?.kind === 'string' ? reader.string() : reader.next().text
}

/** `name [=] value`, `name [=] (list)`, and the two-word options (DATA DIRECTORY, INDEX DIRECTORY). */
function skipOption(reader: TokenReader): void {
  if (!reader.take('DATA', 'DIRECTORY') && !reader.take('INDEX', 'DIRECTORY')) reader.name()
  reader.takeSymbol('=')
  if (!reader.done) reader.skipPart()
}

/** Partitions do not change what rows are; but a SELECT may follow them. */
function skipPartitions(reader: TokenReader): boolean {
  while (!reader.done) {
    if (reader.sees('AS') || reader.sees('SELECT')) return true
    if (reader.sees('SYSTEM_TIME')) throw new Unreadable('a system-versioned table')
    reader.skipPart()
  }
  return false
}

const engines = ['InnoDB', 'MyISAM', 'Aria', 'MEMORY', 'CSV', 'ARCHIVE', 'BLACKHOLE', 'ROCKSDB', 'TokuDB', 'MRG_MyISAM']

/** Engine names know no letter case; here they are written as the server prints them. */
export function engineName(name: string): string {
  const wanted = { INNOBASE: 'InnoDB', HEAP: 'MEMORY', MERGE: 'MRG_MyISAM' }[name.toUpperCase()] ?? name
  return engines.find((engine) => engine.toLowerCase() === wanted.toLowerCase()) ?? wanted
}
