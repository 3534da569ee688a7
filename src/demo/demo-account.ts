/** The account of the demo. */
export const DEMO_EMAIL = 'test@example.com';
export const DEMO_PASSWORD = 'password';

const post = (url: string, path: string, stop: AbortSignal): Promise<Response> =>
  fetch(`${url}/api/auth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: DEMO_EMAIL, password: DEMO_PASSWORD }),
    signal: stop,
  });

/**
 * An access token of the demo account, which is made where there is none.
 * @throws Error if somebody else has the address
 */
export const demoToken = async (url: string, stop: AbortSignal): Promise<string> => {
  const registered = await post(url, 'register', stop);
  const answer = registered.status === 409 ? await post(url, 'login', stop) : registered;
  if (!answer.ok) throw new Error(`The demo account ${DEMO_EMAIL} cannot be used: ${await answer.text()}`);
  const { token } = (await answer.json()) as { token: string };
  return token;
};
