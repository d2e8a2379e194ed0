/** A column type with values that are hard to carry over. `null` in `texts`: the target holds NULL. */
export interface HardColumn {
  readonly type: string
  /** SQL literals. */
  readonly values: readonly string[]
  /** What PostgreSQL prints for them. */
  readonly texts: readonly (string | null)[]
  readonly choice?: string
}

const same = (type: string, ...values: readonly string[]): HardColumn => ({
  type,
  values: values.map((value) => `'${value}'`),
  texts: values,
})

const pairs = (type: string, all: readonly (readonly [string, string | null])[], choice?: string): HardColumn => ({
  type,
  values: all.map(([value]) => value),
  texts: all.map(([, text]) => text),
  ...(choice === undefined ? {} : { choice }),
})

/** Text of doubles as PostgreSQL prints them is not what is tested: the hash compares their bits. */
const doubles = [
  ...['0.1', '1e308', '1.7976931348623157e308', '-1.7976931348623157e308', '5e-324', '2.2250738585072014e-308'],
  ...['2.225073858507201e-308', '1e23', '9007199254740993', '16777217', '-0e0', '0', '123456789.123456789', '1e-10'],
]

export const hardColumns: readonly HardColumn[] = [
  pairs('tinyint(1)', [
    ['0', 'false'],
    ['1', 'true'],
  ]),
  { ...same('tinyint(1)', '-128', '-1', '0', '1', '127'), choice: 'smallint' },
  same('tinyint', '-128', '-1', '0', '127'),
  same('tinyint unsigned', '0', '128', '255'),
  same('smallint', '-32768', '-1', '0', '32767'),
  same('smallint unsigned', '0', '32768', '65535'),
  same('mediumint', '-8388608', '-1', '0', '8388607'),
  same('mediumint unsigned', '0', '8388608', '16777215'),
  same('int', '-2147483648', '-1', '0', '2147483647'),
  same('int unsigned', '0', '2147483648', '4294967295'),
  pairs('int(6) zerofill', [['42', '42']]),
  same('bigint', '-9223372036854775808', '-1', '0', '4294967296', '9223372036854775807'),
  same('bigint unsigned', '0', '1', '9999', '10000', '9223372036854775808', '18446744073709551615'),
  pairs('bigint(20) unsigned zerofill', [['7', '7']]),
  same('year', '1901', '2026', '2155'),
  pairs('year', [['0', '0']]),
  same('decimal(10,2)', '0.00', '0.01', '-0.01', '12.50', '99999999.99', '-99999999.99', '10000.00', '10000000.10'),
  same('decimal(12,2)', '0.00', '9999999999.99', '-1000000000.01', '100000000.00'),
  same('decimal(5,5)', '0.00000', '0.00001', '-0.99999', '0.10000'),
  same('decimal(4,0)', '0', '9999', '-9999', '10'),
  same('decimal(1,0)', '0', '9', '-9'),
  same('decimal(18,9)', '0.000000001', '-999999999.999999999', '100000000.000000000'),
  same('decimal(9,4)', '0.0001', '-99999.9999', '10000.1000'),
  same('decimal(13,4)', '0.0001', '-999999999.9999', '100000000.1000'),
  same('decimal(20,6)', '0.000001', '-99999999999999.999999', '10000000000000.000000'),
  same(
    'decimal(65,38)',
    '0.00000000000000000000000000000000000001',
    '-999999999999999999999999999.99999999999999999999999999999999999999',
    '123456789012345678901234567.12345678901234567890123456789012345678',
    '100000000000000000000000000.00000000000000000000000000000000000000',
  ),
  same('decimal(65,0)', '0', '99999999999999999999999999999999999999999999999999999999999999999', '-10000000000000000'),
  same('decimal(38,38)', '0.00000000000000000000000000000000000001', '-0.10000000000000000000000000000000000000'),
  pairs('decimal(10,2) zerofill', [['1.5', '1.50']]),
  pairs(
    'double',
    doubles.map((value) => [value, String(Number(value))] as const),
  ),
  pairs('float', [
    ['16777217', '1.6777216e+07'],
    ['3.4028234e38', '3.4028235e+38'],
    ['1e-45', '1e-45'],
    ['0.1', '0.1'],
    ['0', '0'],
    // Too small for a float: it is stored as minus zero.
    ['-1e-300', '0'],
    ['-1.17549435e-38', '-1.1754944e-38'],
  ]),
  pairs('float(7,2)', [['1234.567', '1234.57']]),
  pairs('bit(1)', [
    ["b'0'", 'false'],
    ["b'1'", 'true'],
  ]),
  pairs('bit(5)', [
    ["b'00000'", '00000'],
    ["b'10011'", '10011'],
  ]),
  pairs('bit(8)', [["b'10000001'", '10000001']]),
  pairs('bit(13)', [["b'1000000000011'", '1000000000011']]),
  pairs('bit(64)', [
    ["b'1'", `${'0'.repeat(63)}1`],
    ['~0', '1'.repeat(64)],
    ['1 << 63', `1${'0'.repeat(63)}`],
  ]),
  pairs('date', [
    ["'2026-11-22'", '2026-11-22'],
    ["'0001-01-01'", '0001-01-01'],
    ["'9999-12-31'", '9999-12-31'],
    ["'1900-02-28'", '1900-02-28'],
    ["'2000-02-29'", '2000-02-29'],
    ["'0000-05-06'", '0001-05-06 BC'],
    ["'0000-01-01'", '0001-01-01 BC'],
    ["'0000-02-29'", null],
    ["'0000-00-00'", null],
    ["'2026-05-00'", null],
    ["'2026-00-05'", null],
    ["'2026-02-31'", null],
  ]),
  pairs('datetime', [
    ["'2026-11-22 06:00:01'", '2026-11-22 06:00:01'],
    ["'0000-05-06 23:59:59'", '0001-05-06 23:59:59 BC'],
    ["'1999-12-31 23:59:59'", '1999-12-31 23:59:59'],
    ["'0000-00-00 00:00:00'", null],
    ["'2023-02-29 10:00:00'", null],
    ["'2026-05-00 10:00:00'", null],
  ]),
  pairs('datetime(1)', [["'2026-11-22 06:00:01.1'", '2026-11-22 06:00:01.1']]),
  pairs('datetime(2)', [["'2026-11-22 06:00:01.12'", '2026-11-22 06:00:01.12']]),
  pairs('datetime(3)', [["'1066-10-14 09:00:01.123'", '1066-10-14 09:00:01.123']]),
  pairs('datetime(4)', [["'2026-11-22 06:00:01.1234'", '2026-11-22 06:00:01.1234']]),
  pairs('datetime(5)', [["'2026-11-22 06:00:01.12345'", '2026-11-22 06:00:01.12345']]),
  pairs('datetime(6)', [
    ["'9999-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999'],
    ["'0001-01-01 00:00:00.000001'", '0001-01-01 00:00:00.000001'],
    ["'0000-01-01 00:00:00.000001'", '0001-01-01 00:00:00.000001 BC'],
  ]),
  pairs('timestamp null', [
    ["'1970-01-01 00:00:01'", '1970-01-01 00:00:01+00'],
    ["'2038-01-19 03:14:07'", '2038-01-19 03:14:07+00'],
    ["'1999-12-31 23:59:59'", '1999-12-31 23:59:59+00'],
    ["'0000-00-00 00:00:00'", null],
  ]),
  pairs('timestamp(1) null', [["'2026-11-22 06:00:01.1'", '2026-11-22 06:00:01.1+00']]),
  pairs('timestamp(3) null', [["'2026-11-22 06:00:01.007'", '2026-11-22 06:00:01.007+00']]),
  pairs('timestamp(6) null', [
    ["'2038-01-19 03:14:07.999999'", '2038-01-19 03:14:07.999999+00'],
    ["'0000-00-00 00:00:00'", null],
  ]),
  same('time', '00:00:00', '23:59:59', '12:34:56'),
  same('time(6)', '00:00:00.000001', '23:59:59.999999'),
  pairs(
    'time',
    [
      ["'-838:59:59'", '-838:59:59'],
      ["'838:59:59'", '838:59:59'],
      ["'24:00:00'", '24:00:00'],
      ["'-00:00:01'", '-00:00:01'],
      ["'00:00:00'", '00:00:00'],
    ],
    'interval',
  ),
  pairs('time(1)', [["'-00:00:00.1'", '-00:00:00.1']], 'interval'),
  pairs('time(3)', [["'100:00:00.125'", '100:00:00.125']], 'interval'),
  pairs(
    'time(6)',
    [
      ["'-838:59:59.999999'", '-838:59:59.999999'],
      ["'-00:00:00.000001'", '-00:00:00.000001'],
    ],
    'interval',
  ),
  pairs('char(10)', [
    ["'ab  '", 'ab'],
    ["''", ''],
    ["'é😀'", 'é😀'],
    ["'a\\0b'", 'ab'],
  ]),
  pairs('char(255)', [["REPEAT('😀', 255)", '😀'.repeat(255)]]),
  pairs('varchar(200)', [
    ["'ab  '", 'ab  '],
    ["''", ''],
    ["'a\\0\\0b'", 'ab'],
    ['CHAR(1 USING utf8mb4)', '\u0001'],
    ["CONCAT(CHAR(1 USING utf8mb4), ';', CHAR(1 USING utf8mb4), 'N')", '\u0001;\u0001N'],
    ["'\\\\ '' \\n \"'", '\\ \' \n "'],
    ["REPEAT('x', 200)", 'x'.repeat(200)],
    ["'\u{10FFFF}\uFFFF'", '\u{10FFFF}\uFFFF'],
  ]),
  pairs('varchar(3000)', [["CONCAT(REPEAT('é', 1500), CHAR(0), 'z')", `${'é'.repeat(1500)}z`]]),
  pairs('varchar(300) compressed', [
    ["REPEAT('compress me ', 20)", 'compress me '.repeat(20)],
    ["'short'", 'short'],
    ["''", ''],
  ]),
  pairs('varchar(100) character set latin1', [
    ["_latin1 x'E980FF'", 'é€ÿ'],
    ["_latin1 x'818D8F909D'", '\u0081\u008d\u008f\u0090\u009d'],
    ["''", ''],
  ]),
  pairs('varchar(100) character set ascii', [["'plain'", 'plain']]),
  pairs('varchar(100) character set utf8mb3', [["'中文'", '中文']]),
  pairs('varchar(100) character set utf8mb4 collate utf8mb4_nopad_bin', [["'x '", 'x ']]),
  pairs('varchar(100) character set utf16 collate utf16_uca1400_ai_ci', [["'é😀'", 'é😀']]),
  pairs('varchar(100) character set utf16le', [["'é😀'", 'é😀']]),
  pairs('varchar(100) character set utf32', [["'é😀'", 'é😀']]),
  pairs('varchar(100) character set ucs2', [["'éx'", 'éx']]),
  pairs('varchar(100) character set koi8r', [["'Привет'", 'Привет']]),
  pairs('varchar(100) character set cp1251', [["'жя'", 'жя']]),
  pairs('varchar(100) character set swe7', [["'ÅÄÖ'", 'ÅÄÖ']]),
  pairs('varchar(100) character set gbk', [["'中文 x'", '中文 x']]),
  pairs('varchar(100) character set big5', [["'中文'", '中文']]),
  pairs('varchar(100) character set sjis', [
    ["'日本語ｱ'", '日本語ｱ'],
    ["_sjis x'8160'", '〜'],
  ]),
  pairs('varchar(100) character set cp932', [["_cp932 x'8160'", '～']]),
  pairs('varchar(100) character set ujis', [
    ["'日本語ｱ'", '日本語ｱ'],
    ["_ujis x'8FB0A1'", '丂'],
  ]),
  pairs('varchar(100) character set eucjpms', [["'日本'", '日本']]),
  pairs('varchar(100) character set euckr', [
    ["'한국'", '한국'],
    ["_euckr x'8141'", '갂'],
  ]),
  pairs('varchar(100) character set gb2312', [["'中文'", '中文']]),
  pairs('tinytext', [["'t'", 't']]),
  pairs('text', [
    ["''", ''],
    ["'a\\0b'", 'ab'],
    ["REPEAT('é', 30000)", 'é'.repeat(30_000)],
  ]),
  pairs('text character set latin1', [["_latin1 x'80'", '€']]),
  pairs('mediumtext', [["REPEAT('x', 70000)", 'x'.repeat(70_000)]]),
  pairs('longtext', [["'l'", 'l']]),
  pairs('text compressed', [
    ["REPEAT('compress me ', 50)", 'compress me '.repeat(50)],
    ["'short'", 'short'],
    ["''", ''],
  ]),
  pairs("enum('a','é','x,y','')", [
    ["'a'", 'a'],
    ["'é'", 'é'],
    ["'x,y'", 'x,y'],
    ["''", ''],
  ]),
  pairs("enum('a','é') character set latin1", [
    ["'é'", 'é'],
    ['0', ''],
  ]),
  pairs(`enum(${Array.from({ length: 300 }, (_, i) => `'m${i}'`).join(',')})`, [
    ["'m0'", 'm0'],
    ["'m299'", 'm299'],
  ]),
  pairs("set('a','b c','é')", [
    ["''", ''],
    ["'a'", 'a'],
    ["'é,a'", 'a,é'],
    ["'a,b c,é'", 'a,b c,é'],
  ]),
  pairs(`set(${Array.from({ length: 64 }, (_, i) => `'m${i}'`).join(',')})`, [
    ["'m63'", 'm63'],
    ["'m31,m32,m0'", 'm0,m31,m32'],
  ]),
  pairs(`set(${Array.from({ length: 20 }, (_, i) => `'m${i}'`).join(',')})`, [["'m19,m0'", 'm0,m19']]),
  pairs('json', [
    [`'{"b":1,"a":[1,2.50,"x\\\\u00e9"]}'`, '{"b":1,"a":[1,2.50,"x\\u00e9"]}'],
    [`' [1 , 2] '`, ' [1 , 2] '],
    [`'"\\\\u0000"'`, '"\\u0000"'],
    ["'null'", 'null'],
  ]),
  pairs('json', [["'1.'", '1.']], 'text'),
  pairs('binary(8)', [
    ["x'0102000000'", '\\x0102000000000000'],
    ["''", '\\x0000000000000000'],
    ["x'0102030405060708'", '\\x0102030405060708'],
  ]),
  pairs('varbinary(300)', [
    ["x'010200'", '\\x010200'],
    ["''", '\\x'],
    ["x'00FF'", '\\x00ff'],
  ]),
  pairs('varbinary(300) compressed', [["REPEAT(x'00FF', 150)", `\\x${'00ff'.repeat(150)}`]]),
  pairs('tinyblob', [["x'00'", '\\x00']]),
  pairs('blob', [["x'0A5C'", '\\x0a5c']]),
  pairs('blob compressed', [["REPEAT(x'00', 300)", `\\x${'00'.repeat(300)}`]]),
  pairs('mediumblob', [["REPEAT(x'FE', 66000)", `\\x${'fe'.repeat(66_000)}`]]),
  pairs('longblob', [["''", '\\x']]),
  same('uuid', '123e4567-e89b-12d3-a456-426655440000', '00000000-0000-0000-0000-000000000000'),
  same('uuid', 'ffffffff-ffff-ffff-ffff-ffffffffffff', '00112233-4455-6677-8899-aabbccddeeff'),
  same('inet4', '1.2.3.0', '0.0.0.0', '255.255.255.255'),
  same('inet6', '::', '::1', '2001:db8::1:0:0:1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '::ffff:1.2.3.4'),
  pairs('inet6', [
    ["'::192.0.2.1'", '::192.0.2.1'],
    ["'1:0:2:3:4:5:6:7'", '1:0:2:3:4:5:6:7'],
    ["'fe80::'", 'fe80::'],
  ]),
  // What the casts file can ask for.
  pairs(
    'tinyint(1)',
    [
      ['0', 'false'],
      ['1', 'true'],
    ],
    'boolean',
  ),
  pairs(
    'tinyint unsigned',
    [
      ['0', 'false'],
      ['1', 'true'],
    ],
    'boolean',
  ),
  pairs(
    'bit(1)',
    [
      ["b'0'", '0'],
      ["b'1'", '1'],
    ],
    'bit',
  ),
  { ...same('int unsigned', '0', '2147483647'), choice: 'integer' },
  { ...same('bigint unsigned', '0', '4294967296', '9223372036854775807'), choice: 'bigint' },
  pairs(
    'year',
    [
      ['0', '0'],
      ['1901', '1901'],
      ['2155', '2155'],
    ],
    'smallint',
  ),
  { ...same('decimal(9,0)', '0', '-1', '999999999', '-999999999', '10000', '120000000'), choice: 'integer' },
  {
    ...same('decimal(18,0)', '0', '-1', '999999999999999999', '-999999999999999999', '100000000', '-4294967296'),
    choice: 'bigint',
  },
  pairs('decimal(10,0) zerofill', [['42', '42']], 'bigint'),
  pairs(
    'datetime',
    [
      ["'2026-11-22 06:00:01'", '2026-11-22 06:00:01+00'],
      ["'0000-05-06 23:59:59'", '0001-05-06 23:59:59+00 BC'],
      ["'0000-00-00 00:00:00'", null],
    ],
    'timestamptz',
  ),
  pairs('datetime(6)', [["'9999-12-31 23:59:59.999999'", '9999-12-31 23:59:59.999999+00']], 'timestamptz'),
  { ...same('time(3)', '00:00:00', '23:59:59.999'), choice: 'time' },
  { ...same('uuid', '123e4567-e89b-12d3-a456-426655440000', '00000000-0000-0000-0000-000000000000'), choice: 'text' },
]
