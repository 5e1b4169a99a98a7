"""Messages shown once after something was done. Only their key travels, in a cookie, never words in an address."""

FLASHES = {
    "saved": "已保存。",
    "logged_out": "您已退出登录。",
    "expired": "您太久没有操作，已自动退出，请重新登录。",
    "password_changed": "密码已修改，其他设备上的登录都已退出。",
    "totp_on": "动态口令已启用。下次登录除了密码还要输入动态口令。",
    "totp_off": "动态口令已停用。",
    "account_saved": "账号已保存。",
    "account_off": "账号已停用，它的登录都已退出。",
    "account_on": "账号已重新启用。",
}
