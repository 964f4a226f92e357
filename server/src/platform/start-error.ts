/** A reason not to start (or not to run a command), in a sentence for the operator. No stack is shown. */
export class StartError extends Error {
  override readonly name = 'StartError'
}
