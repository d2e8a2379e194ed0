import { isIP } from 'node:net'
import type { FieldWriter } from '../charsets/field-writer.ts'
import type { ColumnType } from '../column-type.ts'
import { type CopyWriter, putInt32 } from '../copy-writer.ts'
import { lengthEncodedValue, wireStringValue } from '../prefixed-value.ts'
import { expectWireMeta, expectWireType } from '../wire-mismatch.ts'
import { wireTypes } from '../wire-type.ts'

// Row images hold the address's 4 or 16 bytes without trailing zeros, result rows its text.
// PostgreSQL's inet: family (2 or 3), bits of the mask, whether it is a cidr, number of bytes, bytes.

interface Family {
  readonly id: 'inet4' | 'inet6'
  readonly number: number
  readonly bytes: number
  readonly zero: string
}

const colon = 0x3a
const dot = 0x2e

/** Length and header of the field; returns where the address goes. The address is zero until it is filled in. */
function beginAddress(family: Family, out: CopyWriter): number {
  out.reserve(8 + family.bytes)
  const { buffer, position } = out
  putInt32(buffer, position, 4 + family.bytes)
  buffer[position + 4] = family.number
  buffer[position + 5] = family.bytes * 8
  buffer[position + 6] = 0
  buffer[position + 7] = family.bytes
  buffer.fill(0, position + 8, position + 8 + family.bytes)
  out.position = position + 8 + family.bytes
  return position + 8
}

function fromBytes(family: Family): FieldWriter {
  return (source, start, end, out) => {
    const address = beginAddress(family, out)
    source.copy(out.buffer, address, start, end)
  }
}

/** `1.2.3.4`, `2001:db8::1`, `::ffff:1.2.3.4`. MariaDB prints valid addresses only. */
function fromText(family: Family): FieldWriter {
  return (source, start, end, out) => {
    const address = beginAddress(family, out)
    const { buffer } = out
    let to = address
    let gap = -1
    let from = start
    while (from < end) {
      if (source[from] === colon) {
        if (source[from + 1] === colon) gap = to
        from += source[from + 1] === colon ? 2 : 1
        continue
      }
      let stop = from
      while (stop < end && source[stop] !== colon && source[stop] !== dot) stop++
      if (stop < end && source[stop] === dot) {
        putIpv4(source, from, end, buffer, to)
        to += 4
        break
      }
      let group = 0
      for (; from < stop; from++) group = (group << 4) | hexDigit(source[from] as number)
      buffer[to++] = group >> 8
      buffer[to++] = group
    }
    if (gap >= 0) {
      // What stands behind `::` belongs at the end.
      const tail = to - gap
      buffer.copyWithin(address + family.bytes - tail, gap, to)
      buffer.fill(0, gap, address + family.bytes - tail)
    }
  }
}

function putIpv4(source: Buffer, start: number, end: number, target: Buffer, at: number): void {
  let to = at
  let value = 0
  for (let from = start; from < end; from++) {
    const character = source[from] as number
    if (character === dot) {
      target[to++] = value
      value = 0
    } else {
      value = value * 10 + character - 0x30
    }
  }
  target[to] = value
}

function hexDigit(character: number): number {
  return character < 0x40 ? character & 15 : (character & 7) + 9
}

function inet(family: Family): ColumnType {
  return {
    id: family.id,
    matches: (column) => column.type === family.id,
    postgresType: () => 'inet',
    binlogEncoder: (context) => {
      expectWireType(context, wireTypes.string)
      expectWireMeta(context, family.bytes)
      return wireStringValue(context, fromBytes(family))
    },
    resultSetEncoder: () => lengthEncodedValue(fromText(family)),
    // The servers shorten IPv6 addresses differently: their bytes are compared.
    mariadbText: (expression) => `LOWER(HEX(CAST(${expression} AS BINARY(${family.bytes}))))`,
    postgresText: (expression) => `substr(encode(inet_send(${expression}), 'hex'), 9)`,
    freeText: false,
    defaultLiteral: (text) => (isIP(text) === 0 ? undefined : `'${text}'`),
    implicitDefault: () => `'${family.zero}'`,
  }
}

export const inet4Type: ColumnType = inet({ id: 'inet4', number: 2, bytes: 4, zero: '0.0.0.0' })
/** Stays an IPv6 address, also when it holds an IPv4 one (`::ffff:1.2.3.4`). */
export const inet6Type: ColumnType = inet({ id: 'inet6', number: 3, bytes: 16, zero: '::' })
