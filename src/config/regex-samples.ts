// Example texts that a regular expression may match. Whether a sink can match any topic of a source is a question about
// two languages; a handful of examples of each, checked against the other, answers it for every list people write.

/** Alternatives multiply; beyond this many, further ones are left out. */
const most = 64

/**
 * Some texts the expression probably matches: each alternative once, repetitions once. The caller must
 * check them; look-arounds and back-references are passed over.
 */
export function sampleTexts(expression: string): readonly string[] {
  let at = 0
  const peek = (): string => expression[at] ?? ''
  const take = (): string => expression[at++] ?? ''

  function alternatives(): string[] {
    let all = sequence()
    while (peek() === '|') {
      at++
      all = [...all, ...sequence()]
    }
    return all.slice(0, most)
  }

  function sequence(): string[] {
    let texts = ['']
    while (at < expression.length && peek() !== '|' && peek() !== ')') {
      const parts = quantified(atom())
      texts = texts.flatMap((text) => parts.map((part) => text + part)).slice(0, most)
    }
    return texts
  }

  function atom(): string[] {
    const character = take()
    if (character === '(') return group()
    if (character === '[') return [bracket()]
    // Many write `db.table` and mean the dot; with a quantifier it is any text.
    if (character === '.') return /[*+?{]/.test(peek()) ? ['x'] : ['.', 'x']
    if (character === '^' || character === '$') return ['']
    return [character === '\\' ? escaped(take()) : character]
  }

  function group(): string[] {
    const prefix = /^\?(?:[:>]|<?[=!]|<[A-Za-z]\w*>|[a-z]+\)|[a-z]*:)/.exec(expression.slice(at))?.[0] ?? ''
    at += prefix.length
    if (prefix.endsWith(')')) return ['']
    const inside = alternatives()
    at++
    return /[=!]$/.test(prefix) ? [''] : inside
  }

  function bracket(): string {
    const end = expression.indexOf(']', at + 1)
    const members = expression.slice(at, end === -1 ? undefined : end)
    at = end === -1 ? expression.length : end + 1
    if (!members.startsWith('^')) return members.startsWith('\\') ? escaped(members[1] ?? '') : (members[0] ?? '')
    return ['x', 'a', '0', '_'].find((candidate) => !members.includes(candidate)) ?? 'x'
  }

  function quantified(texts: string[]): string[] {
    const quantifier = /^(?:[*+?]|\{\d+(?:,\d*)?\})[?+]?/.exec(expression.slice(at))?.[0]
    if (quantifier === undefined) return texts
    at += quantifier.length
    const times = Number(/^\{(\d+)/.exec(quantifier)?.[1] ?? '1')
    return texts.map((text) => text.repeat(Math.min(Math.max(times, 1), 64)))
  }

  const found: string[] = []
  while (at < expression.length) {
    found.push(...alternatives())
    // An unmatched `)`: the expression is broken, but examples cost nothing.
    if (peek() === ')') at++
  }
  return [...new Set(found)].slice(0, most)
}

function escaped(character: string): string {
  const classes: Readonly<Record<string, string>> = {
    d: '1',
    w: 'x',
    s: ' ',
    D: 'x',
    W: '-',
    S: 'x',
    b: '',
    B: '',
    t: '\t',
  }
  return classes[character] ?? character
}
