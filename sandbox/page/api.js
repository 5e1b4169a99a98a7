// Calls of the control API; every failure becomes an Error with a kind Chinese text.

const LONGEST_MS = 120_000;

async function call(path, options) {
  let response;
  try {
    response = await fetch(`/sandbox/${path}`, { ...options, signal: AbortSignal.timeout(LONGEST_MS) });
  } catch (error) {
    const late = error.name === "TimeoutError";
    throw new Error(late ? "等了很久没有结果，请稍后再试" : "暂时连不上沙盒，请确认它还在运行");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(answer?.error ?? `沙盒出了点问题（${response.status}），请稍后再试`);
  if (answer === null) throw new Error("沙盒的应答看不懂，请刷新页面再试");
  return answer;
}

/** GET /sandbox/{path}. */
export const get = (path) => call(path, { headers: { Accept: "application/json" } });

/** POST /sandbox/{path} with a JSON body. */
export const post = (path, body = {}) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
