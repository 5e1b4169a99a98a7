// Dates and lengths of time as people read them, always in Asia/Shanghai.

const zone = { timeZone: "Asia/Shanghai", hourCycle: "h23" };
const clockFormat = new Intl.DateTimeFormat("zh-CN", { ...zone, hour: "2-digit", minute: "2-digit" });
const secondFormat = new Intl.DateTimeFormat("zh-CN", {
  ...zone,
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const dayFormat = new Intl.DateTimeFormat("zh-CN", { ...zone, month: "long", day: "numeric" });
const fullFormat = new Intl.DateTimeFormat("zh-CN", {
  ...zone,
  year: "numeric",
  month: "long",
  day: "numeric",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export const hourMinute = (at) => clockFormat.format(new Date(at));
export const withSeconds = (at) => secondFormat.format(new Date(at));
export const full = (at) => fullFormat.format(new Date(at));

/** 14:05 for a moment of the same Shanghai day as ``now``, otherwise with the day. */
export function moment(at, now) {
  const day = dayFormat.format(new Date(at));
  return day === dayFormat.format(new Date(now)) ? hourMinute(at) : `${day} ${hourMinute(at)}`;
}

/** Milliseconds as 2 天 3 小时, 47 小时 59 分, 35 秒. */
export function span(millis) {
  const seconds = Math.max(0, Math.round(millis / 1000));
  if (seconds < 60) return `${seconds} 秒`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} 分 ${seconds % 60} 秒`;
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return minutes % 60 ? `${hours} 小时 ${minutes % 60} 分` : `${hours} 小时`;
  return hours % 24 ? `${Math.floor(hours / 24)} 天 ${hours % 24} 小时` : `${hours / 24} 天`;
}
