/** True when what is sent to this host name never leaves the machine. Takes a URL's `hostname`. */
export function isLoopback(hostname: string): boolean {
  const bare = hostname.replace(/\.$/, '')
  return (
    bare === 'localhost' ||
    bare.endsWith('.localhost') ||
    bare === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(bare)
  )
}
