import { describe, expect, test } from 'vitest'
import { REGISTER_CLIENT_ID, startServer } from '../testing/server.ts'
import { passSlider, pointJson, seeSlider, verifySlider } from '../testing/slider.ts'
import { productionHumanCheck } from './index.ts'
import { SECOND, MINUTE, LI, FAILED, TOO_MANY, atOnce } from '../testing/strict-sending.ts'

describe('the place of the piece', () => {
  test.for([-5, 5])('may be %i pixels off', async (off, t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    expect((await verifySlider(program, slider, slider.x + off, LI)).outcome).toBe('OK')
  })

  test.for([-6, 6, -5.1, 5.1])('may not be %d pixels off', async (off, t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    expect((await verifySlider(program, slider, slider.x + off, LI)).outcome).toBe(FAILED)
  })

  test.for([
    '{"x":X,"y":4.0}',
    '{"x":"X","y":5.0}',
    '{"x":X}',
    '[X,5]',
    '{"x":1e999,"y":5.0}',
    'X',
    '{"x":X,"y":5.0',
    'null',
    '{}',
    Buffer.alloc(16, 9).toString('base64'),
  ])('written as %s is wrong, and costs the picture', async (text, t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    const verify = (point: string) =>
      program.call('captcha/verify', { body: { token: slider.token, sender: LI, point_json: point } })

    expect((await verify(text.replace('X', String(slider.x)))).outcome).toBe(FAILED)
    expect((await verify(pointJson(slider.x))).outcome).toBe(FAILED)
  })
})

describe('a picture', () => {
  test('is looked at once, of sixteen at once', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    const replies = await atOnce(() => verifySlider(program, slider, slider.x, LI))
    expect(replies.filter(({ outcome }) => outcome === 'OK')).toHaveLength(1)
    expect(replies.filter(({ outcome }) => outcome === FAILED)).toHaveLength(15)
  })

  test('lives two minutes', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const [early, late] = [await seeSlider(program), await seeSlider(program)]
    server.clock.advance(120 * SECOND - 1)
    expect((await verifySlider(program, early, early.x, LI)).outcome).toBe('OK')
    server.clock.advance(1)
    expect((await verifySlider(program, late, late.x, LI)).outcome).toBe(FAILED)
  })

  test('of one application is none of another, and stays what it was', async (t) => {
    const server = await startServer(t)
    const slider = await seeSlider(server.miniProgram())
    const stranger = server.miniProgram({ clientId: REGISTER_CLIENT_ID })
    expect((await verifySlider(stranger, slider, slider.x, LI)).outcome).toBe(FAILED)
    expect((await verifySlider(server.miniProgram(), slider, slider.x, LI)).outcome).toBe('OK')
  })

  test('is not spent by an address that is none', async (t) => {
    const server = await startServer(t)
    const program = server.miniProgram()
    const slider = await seeSlider(program)
    for (const sender of ['12', 'li@', 'li@例子.com', '+99 999']) {
      const { outcome } = await verifySlider(program, slider, slider.x, sender)
      expect(outcome).toMatch(/^IDAAS\.SDK\.USER\.90/)
    }
    expect((await verifySlider(program, slider, slider.x, LI)).outcome).toBe('OK')
  })

  test('may be asked for sixty times a minute from one network', async (t) => {
    const server = await startServer(t, { server: { humanCheck: productionHumanCheck } })
    const get = () => server.miniProgram().call('captcha', { method: 'GET' })
    for (let index = 0; index < 60; index++) expect((await get()).httpStatus).toBe(200)
    const refused = await get()
    expect(refused.outcome).toBe(TOO_MANY)
    expect(refused.headers.get('retry-after')).toBe('60')
    expect(await server.count('human_check_slider')).toBe(60)

    server.clock.advance(MINUTE)
    expect((await get()).httpStatus).toBe(200)
  })

  test('is answered wrongly sixty times an hour from one network, and right answers cost nothing', async (t) => {
    const server = await startServer(t, { server: { humanCheck: productionHumanCheck } })
    const program = server.miniProgram()
    const guess = () => verifySlider(program, { token: 'f'.repeat(32) }, 100, LI)
    for (let index = 0; index < 59; index++) expect((await guess()).outcome).toBe(FAILED)
    await passSlider(program, LI)
    expect((await guess()).outcome).toBe(FAILED)

    const slider = await seeSlider(program)
    expect((await verifySlider(program, slider, slider.x, LI)).outcome).toBe(TOO_MANY)
    server.clock.advance(60 * MINUTE)
    await passSlider(program, LI)
  })
})
