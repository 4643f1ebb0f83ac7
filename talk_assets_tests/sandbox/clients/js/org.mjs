// The org to talk to, given by the test in the environment, and what scripts tell back.
import jsforce from "jsforce";

export { jsforce };
export const org = JSON.parse(process.env.ORG);

/** A connection with the version that the newest clients use. */
export async function connect(options = {}) {
  const connection = new jsforce.Connection({
    loginUrl: org.url,
    version: "62.0",
    oauth2: { loginUrl: org.url, clientId: org.client_id, clientSecret: org.client_secret },
    ...options,
  });
  await connection.login(org.username, org.password);
  return connection;
}

/** What a call is refused with. */
export async function failure(promise) {
  try {
    return { answer: await promise };
  } catch (error) {
    return { name: error.name, code: error.errorCode, message: error.message, fields: error.data?.fields };
  }
}

export const report = (found) => process.stdout.write(JSON.stringify(found));
