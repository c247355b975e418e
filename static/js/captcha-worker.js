// Tries the numbers of a captcha one by one until the hash fits; answers the number, or null when it can't.
onmessage = async ({ data }) => {
  try {
    postMessage(await search(data));
  } catch {
    postMessage(null);
  }
};

async function search({ challenge, rounds, numbers }) {
  const [salt, wanted] = challenge.split(":")[0].split(".");
  const text = new TextEncoder();
  for (let number = 0; number < numbers; number++) {
    const key = await crypto.subtle.importKey("raw", text.encode(String(number)), "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: text.encode(salt), iterations: rounds };
    const bytes = new Uint8Array(await crypto.subtle.deriveBits(how, key, 256));
    if (Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") === wanted) return number;
  }
  return null;
}
