import { describe, expect, test } from 'vitest'
import { mistakesIn, newConfigurationFile, testVariables } from '../testing/configuration.ts'

const CLIENT_ID = 'd7f1c2a94be0436f8a51e3907bc6d284'

/** A file whose connection has this line in the place of its secret. */
function connectionWith(line: string): string {
  return `connections:\n  shop:\n    kind: wechat-mini-program\n    app_id: wx0123456789abcdef\n    ${line}\n`
}

describe('a secret in a file of its own', () => {
  const problems = [
    { what: 'is not there', name: 'none', says: 'cannot be read (ENOENT)' },
    { what: 'is a directory', name: '.', says: 'cannot be read (EISDIR)' },
    { what: 'is empty but for a line break', name: 'empty', says: 'is empty' },
    { what: 'is not text', name: 'bytes', says: 'is not text in UTF-8' },
    { what: 'is too large', name: 'large', says: 'is too large' },
  ]
  test.for(problems)('that $what', async ({ name, says }, t) => {
    const file = newConfigurationFile(t, connectionWith(`app_secret: { file: ${name} }`))
    file.writeBeside('empty', '\n')
    file.writeBeside('bytes', Buffer.from([0xff, 0xfe, 0x00]))
    file.writeBeside('large', 'x'.repeat(70_000))

    expect(await mistakesIn(file)).toEqual([`5:25: app_secret names the file ${name}, which ${says}`])
  })
})

test('no problem shows a secret, a code or an address', async (t) => {
  const file = newConfigurationFile(
    t,
    [
      connectionWith('app_secret: hunter2-hunter2').trimEnd(),
      '    open_platform: { a: hunter2-hunter2 }',
      '    kind: x',
      'test_addresses:',
      '  13900139000: 482913',
      '  13900139000: "482913x"',
      '  li-with-a-typo.example.com: "482913"',
    ].join('\n'),
  )

  const told = (await mistakesIn(file)).join('\n')

  expect(told.split('\n').length).toBeGreaterThan(5)
  for (const hidden of ['hunter2', '482913', '13900139000', 'typo']) expect(told).not.toContain(hidden)
  file.write('test_addresses:\n  13900139000: "482913" "482913"\n')
  const notYaml = (await mistakesIn(file)).join('\n')
  expect(notYaml).toContain('2:')
  for (const hidden of ['482913', '13900139000']) expect(notYaml).not.toContain(hidden)
})

describe('a file made to be slow', () => {
  test('is refused when its aliases multiply', async (t) => {
    const wide = (name: string, of: string) =>
      `${name}: &${name} [${Array.from({ length: 400 }, () => of).join(', ')}]`
    const text = [
      'x-a: &a https://a.example',
      wide('x-b', '*a'),
      ...Array.from({ length: 200 }, (_, index) =>
        [`  ${index.toString(16).padStart(32, '0')}:`, '    name: Shop', '    origins: *x-b'].join('\n'),
      ).toSpliced(0, 0, 'applications:'),
    ].join('\n')

    const told = await mistakesIn(newConfigurationFile(t, text))

    expect(told).toContain('1:1: the file holds too much')
  })

  test('is refused when it is larger than any configuration', async (t) => {
    const file = newConfigurationFile(t, `#${'x'.repeat(1024 * 1024)}`)

    expect(await mistakesIn(file)).toEqual(['1:1: the file is too large: 1 MiB at most'])
  })
})

test('an alias stands for what it names', async (t) => {
  const file = newConfigurationFile(
    t,
    [
      'applications:',
      `  ${CLIENT_ID}: &shop`,
      '    name: Shop',
      `  ${CLIENT_ID.replace('d7', 'd8')}: *shop`,
    ].join('\n'),
  )

  expect(await mistakesIn(file)).toEqual([])
})

test('a file that is empty, or has sections without objects, has no mistakes', async (t) => {
  for (const text of ['', '# nothing\n', '{}', 'applications:\nconnections: {}\n']) {
    expect(await mistakesIn(newConfigurationFile(t, text))).toEqual([])
  }
})

test('a file that is not UTF-8 is refused as a whole', async (t) => {
  const file = newConfigurationFile(t)
  file.writeBeside('ligature.yaml', Buffer.from([0x61, 0xff]))

  await expect(mistakesIn(file)).rejects.toThrow('is not text in UTF-8')
  expect(Object.keys(testVariables)).toContain('EMPTY')
})
