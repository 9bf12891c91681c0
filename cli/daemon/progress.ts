/** What a long act is at, for stderr: nobody is told of what is done within a second. */

/** Between two lines, in milliseconds. */
const PACE = 1000;

/** Runs an act, which says what it is at as often as it likes; the latest of it is told once a second, if it has changed. */
export async function withProgress<Result>(
  notice: (text: string) => void,
  act: (say: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  let latest = '';
  let told = '';
  const timer = setInterval(() => {
    if (latest !== told) notice(latest);
    told = latest;
  }, PACE);
  try {
    return await act(text => {
      latest = text;
    });
  } finally {
    clearInterval(timer);
  }
}
