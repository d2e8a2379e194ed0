// Which character set a collation number of MariaDB stands for. Taken from information_schema of a real server
// (COLLATION_CHARACTER_SET_APPLICABILITY); a database test compares the two.

/** Character set -> its collation numbers below 1024, `a-b` for ranges. */
const collationNumbers: Readonly<Record<string, string>> = {
  big5: '1 84',
  latin2: '2 9 21 27 77',
  dec8: '3 69',
  cp850: '4 80',
  latin1: '5 8 15 31 47-49 94',
  hp8: '6 72',
  koi8r: '7 74',
  swe7: '10 82',
  ascii: '11 65',
  ujis: '12 91',
  sjis: '13 88',
  cp1251: '14 23 50-52',
  hebrew: '16 71',
  tis620: '18 89',
  euckr: '19 85',
  latin7: '20 41-42 79',
  koi8u: '22 75',
  gb2312: '24 86',
  greek: '25 70',
  cp1250: '26 34 44 66 99',
  gbk: '28 87',
  cp1257: '29 58-59',
  latin5: '30 78',
  armscii8: '32 64',
  utf8mb3: '33 83 192-215 223 576-578',
  ucs2: '35 90 128-151 159 640-642',
  cp866: '36 68',
  keybcs2: '37 73',
  macce: '38 43',
  macroman: '39 53',
  cp852: '40 81',
  utf8mb4: '45-46 224-247 608-610 255-323',
  utf16: '54-55 101-124 672-674',
  utf16le: '56 62',
  cp1256: '57 67',
  utf32: '60-61 160-183 736-738',
  binary: '63',
  geostd8: '92-93',
  cp932: '95-96',
  eucjpms: '97-98',
}

/** First number of each block of 256 UCA 14.0.0 collations. */
const uca1400Blocks: Readonly<Record<number, string>> = {
  2048: 'utf8mb3',
  2304: 'utf8mb4',
  2560: 'ucs2',
  2816: 'utf16',
  3072: 'utf32',
}

/** A collation's NO PAD twin has its number plus this. */
const noPad = 1024

const charsets = new Map<number, string>()
for (const [charset, ranges] of Object.entries(collationNumbers)) {
  for (const range of ranges.split(' ')) {
    const [first = 0, last = first] = range.split('-').map(Number)
    for (let id = first; id <= last; id++) charsets.set(id, charset)
  }
}

/**
 * The character set (`utf8mb4`, `latin1`, `binary`, …) of a collation number as TABLE_MAP and QUERY events carry it;
 * undefined: no MariaDB or MySQL server is known to have it.
 */
export function charsetOfCollation(id: number): string | undefined {
  if (id < noPad) return charsets.get(id)
  if (id < 2 * noPad) return charsets.get(id - noPad)
  return uca1400Blocks[id - (id % 256)]
}
