import { z } from 'zod'
import { signInRefusals } from './refusals.ts'
import { replyTo } from './wire.ts'

/** `true`: on this device the user need not show a second factor again for a while. */
export const trustField = { trust_device: z.boolean().optional() }

export const secondFactorReply = replyTo('second factor')

/** What stands between a factor that is right and the end of the sign-in. */
export const secondFactorRefusals = [
  signInRefusals.stateTokenRefused,
  signInRefusals.secondIdentity,
  signInRefusals.twoUsers,
  signInRefusals.notClosed,
]
