// HEALTHCHECK of the image: whether the worker answers GET /health, asked with its own login.
const { CDC_LISTEN = '127.0.0.1:8083', CDC_REST_USER, CDC_REST_PASSWORD } = process.env
const address = CDC_LISTEN.replace(/^(0\.0\.0\.0|\[::\]):/, 'localhost:')
const headers =
  CDC_REST_USER === undefined
    ? {}
    : { authorization: `Basic ${Buffer.from(`${CDC_REST_USER}:${CDC_REST_PASSWORD}`).toString('base64')}` }
const answer = await fetch(`http://${address}/health`, { headers, signal: AbortSignal.timeout(4000) })
if (!answer.ok) throw new Error(`GET /health answered ${answer.status}`)
