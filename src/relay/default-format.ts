import type { FormatDescription } from '../mariadb/events/format-description.ts'

// For each event type, from 1 on, the bytes before its data, as MariaDB 10.11 lists them.
const postHeaderLengths = Buffer.alloc(171)
Buffer.from('380d000800120004040404120000e400041a08000000080808020000000a0a0a0000000000000a0a0a', 'hex').copy(
  postHeaderLengths,
)
Buffer.from('041304000d0808080a0a0a', 'hex').copy(postHeaderLengths, 160)

/** The format of a relay file that is begun before the server has sent its own. */
export const defaultFormat: FormatDescription = {
  serverVersion: '10.11.0-MariaDB',
  created: 0,
  checksum: true,
  postHeaderLengths,
}
