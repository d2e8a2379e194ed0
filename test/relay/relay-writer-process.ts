// Writes groups as fast as it can and says which are durable, until it is killed.
import { begun, open } from './relay-directory.ts'
import { appendGroup, gtidEvent, gtidOf, rowsEvent } from './relay-events.ts'

const directory = process.argv[2] ?? ''
const options = { fileBytes: 2000 }
let relay = await open(directory, options)
if (relay.position.size === 0) {
  await relay[Symbol.asyncDispose]()
  relay = await begun(directory, options)
}
for (let sequence = Number(relay.position.get(0)?.sequence) + 1; ;) {
  const last = sequence + 3
  for (; sequence < last; sequence++) appendGroup(relay, gtidOf(sequence), 150)
  // A part of the next group goes to the file too, and is forgotten again.
  relay.append(gtidEvent(gtidOf(sequence)))
  relay.append(rowsEvent(300, 1))
  await relay.flush()
  process.send?.(sequence - 1)
  if (sequence % 2 === 0) await relay.discardOpenGroup()
  else {
    await relay.discardOpenGroup()
    await relay.flush({ marker: true })
  }
}
