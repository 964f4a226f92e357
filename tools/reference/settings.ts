import { type SettingDefinition, settingDefinitions } from '../../server/src/config.ts'
import { code, GENERATED, plain, table } from './markdown.ts'

const INTRO = `# Settings

Given to \`dev\` and \`start\` as a flag or in the environment; a flag wins. A variable that begins with
\`LIGATURE_\` and is not listed here stops the start, and so does a value that cannot be meant. A secret has no
flag, because flags stand in every list of processes.`

/** `settings.md`: every process setting. */
export function settingsPage(): string {
  const rows = Object.values<SettingDefinition>(settingDefinitions).map((setting) => [
    setting.flag === undefined ? '' : code(`--${setting.flag}`),
    code(setting.variable),
    plain(setting.default),
    plain(setting.meaning),
    setting.flag === undefined ? 'yes' : 'no',
  ])
  const head = ['Flag', 'Variable', 'Default', 'Meaning', 'Secret']
  return `${[GENERATED, INTRO, table(head, rows)].join('\n\n')}\n`
}
