import { accessPolicy } from '../access/index.ts'
import { humanCheckPolicy } from '../human-check/index.ts'
import { passkeyPolicy, passwordPolicy } from '../credentials/index.ts'
import { messageTexts } from '../messages/index.ts'
import { accountClosing } from '../self-service/index.ts'
import { registration } from '../sign-in/index.ts'
import { attributePolicy } from '../users/index.ts'
import { sendPolicy } from '../verifications/index.ts'
import { type Section, sectionOfPolicy } from './section.ts'
import { applications } from './sections/applications.ts'
import { connections } from './sections/connections.ts'
import { customAttributeSection } from './sections/custom-attributes.ts'
import { gateways } from './sections/gateways.ts'
import { testAddresses } from './sections/test-addresses.ts'

/** Every section of the configuration file; what others name stands before them. */
export const configurationSections: readonly Section[] = [
  applications,
  connections,
  gateways,
  sectionOfPolicy(messageTexts, 'Your own words for the messages that bring codes or tell of changes.'),
  sectionOfPolicy(sendPolicy, 'Where codes may be sent to, how many of them, and for how much money.'),
  sectionOfPolicy(humanCheckPolicy, 'When people have to show that they are no machine, and by what.'),
  sectionOfPolicy(registration, 'Whether people become users by themselves.'),
  sectionOfPolicy(accessPolicy, 'Who may come in how: when a second factor is wanted, and who is kept out.'),
  sectionOfPolicy(accountClosing, 'What follows when people close their accounts.'),
  sectionOfPolicy(
    attributePolicy,
    'What the built-in attributes of a user must be like, and which of them a registration asks for.',
  ),
  customAttributeSection,
  sectionOfPolicy(
    passwordPolicy,
    'What passwords have to be, how long they are good, and how often may be guessed.',
  ),
  sectionOfPolicy(passkeyPolicy, 'Where passkeys are good.'),
  testAddresses,
]
