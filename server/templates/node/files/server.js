import express from 'express'

const app = express()
const notes = ['Change this file: the server restarts by itself']

app.use(express.json())
app.use(express.static('public'))

app.get('/api/notes', (request, response) => {
  response.json(notes)
})

app.post('/api/notes', (request, response) => {
  const text = request.body?.text
  if (typeof text !== 'string' || text.trim() === '') {
    return response.status(400).json({ error: 'Send { "text": "…" }' })
  }
  notes.push(text.trim())
  response.status(201).json(notes)
})

const port = process.env.PORT ?? 3000
app.listen(port, () => {
  console.log(`Listening on http://localhost:${port}`)
})
