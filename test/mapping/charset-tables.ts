// Reads MariaDB's own conversions of every code of a character set; run as a program it prints the packed tables of
// src/mapping/charsets/multi-byte-tables.ts (argument: mysql://… URL of a server).
import { deflateRawSync } from 'node:zlib'
import mysql from 'mysql2/promise'

export type Ask = <T>(sql: string) => Promise<T[]>

export const multiByteSets: readonly string[] = ['big5', 'gbk', 'gb2312', 'sjis', 'cp932', 'ujis', 'eucjpms', 'euckr']

/** Every code of a set that is one well-formed character to MariaDB, with the character (`?` where it has none). */
export async function readCodes(ask: Ask, charset: string): Promise<{ code: Buffer; character: string }[]> {
  const bytes = '(SELECT seq AS n FROM mysql.seq_0_to_255)'
  const one = `SELECT CHAR(a.n) AS v FROM ${bytes} a`
  const two = `SELECT CONCAT(CHAR(a.n), CHAR(b.n)) FROM ${bytes} a, ${bytes} b WHERE a.n > 127`
  const three = `SELECT CONCAT(x'8F', CHAR(a.n), CHAR(b.n)) FROM ${bytes} a, ${bytes} b WHERE a.n > 127`
  const euc = charset === 'ujis' || charset === 'eucjpms'
  const all = multiByteSets.includes(charset) ? [one, two, ...(euc ? [three] : [])].join(' UNION ALL ') : one
  const rows = await ask<{ code: string; character: string }>(
    `SELECT HEX(v) AS code, HEX(CONVERT(CONVERT(v USING ${charset}) USING utf32)) AS \`character\` FROM (${all}) codes
     WHERE CHAR_LENGTH(CONVERT(v USING ${charset})) = 1 AND HEX(CONVERT(v USING ${charset})) = HEX(v)`,
  )
  return rows.map(({ code, character }) => ({
    code: Buffer.from(code, 'hex'),
    character: String.fromCodePoint(Number.parseInt(character, 16)),
  }))
}

function pack(codes: readonly { code: Buffer; character: string }[], euc: boolean): string {
  const table = new Uint16Array(256 + 32_768 * (euc ? 2 : 1))
  for (const { code, character } of codes) {
    const [first = 0, second = 0, third = 0] = code
    const point = character.codePointAt(0) ?? 0
    if (code.length === 1) table[first] = point
    else if (code.length === 2) table[256 + (((first & 127) << 8) | second)] = point
    else table[256 + 32_768 + (((second & 127) << 8) | third)] = point
  }
  const bytes = Buffer.alloc(table.length * 2)
  for (const [index, value] of table.entries()) {
    const difference = value - (table[index - 1] ?? 0)
    bytes[index] = difference >> 8
    bytes[index + table.length] = difference
  }
  return deflateRawSync(bytes, { level: 9 }).toString('base64')
}

if (import.meta.main) {
  const connection = await mysql.createConnection(process.argv[2] ?? '')
  const ask: Ask = async <T>(sql: string) => (await connection.query(sql))[0] as T[]
  for (const charset of multiByteSets) {
    const packed = pack(await readCodes(ask, charset), charset === 'ujis' || charset === 'eucjpms')
    console.log(`  ${charset}: \`\n${(packed.match(/.{1,116}/g) ?? []).join('\n')}\n\`,`)
  }
  await connection.end()
}
