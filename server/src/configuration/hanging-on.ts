/**
 * Tells in words what keeps an object from being removed.
 *
 * @param checks by what they look for
 * @returns for example `sessions and sign-ins`; `undefined` when nothing does
 */
export async function hangingOn(
  checks: Readonly<Record<string, () => Promise<boolean>>>,
): Promise<string | undefined> {
  const found: string[] = []
  for (const [things, isThere] of Object.entries(checks)) {
    if (await isThere()) found.push(things)
  }
  return found.length === 0 ? undefined : new Intl.ListFormat('en').format(found)
}
