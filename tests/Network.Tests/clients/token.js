// Asks for a token as any application would: node token.js CLIENT_ID RESOURCE
import { ManagedIdentityCredential } from "@azure/identity";

const [clientId, resource] = process.argv.slice(2);
try {
  const token = await new ManagedIdentityCredential({ clientId }).getToken(`${resource}/.default`);
  console.log(`token until ${new Date(token.expiresOnTimestamp).toISOString()}`);
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
}
