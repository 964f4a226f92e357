/** A mini program as WeChat knows it. */
export interface EmulatedMiniProgram {
  readonly appId: string
  readonly appSecret: string
  /** The Open Platform account that it belongs to; without one nobody has a unionid. */
  readonly openPlatform?: string | undefined
}

/** The mini programs that there are, asked at each request: one that was configured just now is known. */
export type MiniPrograms = () => Promise<readonly EmulatedMiniProgram[]>
