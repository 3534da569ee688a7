/** None of several processes comes to serve; each has said why. The message is meant for the person who starts the program. */
export class ProcessesGaveUp extends Error {
  override readonly name = 'ProcessesGaveUp';
}
