/**
 * What "my account" says in Chinese, with the keys of the English.
 *
 * @type {typeof import('./texts-own-en.js').ownEn}
 */
export const ownZh = {
  none: '无',
  rows: {
    profile: '个人信息',
    mobile: '手机号',
    email: '邮箱',
    password: '密码',
    factors: '二次认证',
    devices: '可信设备',
    sessions: '登录会话',
    close: '注销账号',
  },
  save: '保存',
  profile: { title: '个人信息', text: '由你自己填写，清空即收回。' },
  fields: {
    name: '姓名',
    attr_nick_name: '昵称',
    attr_gender: '性别',
    attr_birthday: '生日',
    mailing_address: '通信地址',
  },
  genders: { '': '未填写', female: '女', male: '男', unknow: '未知' },
  sessions: {
    title: '登录会话',
    text: '此用户在所有应用中的会话。',
    since: (when) => `始于 ${when}`,
    current: '当前会话',
    end: '结束',
    endWhich: (name, when) => `结束「${name}」始于 ${when} 的会话`,
    endOthers: '结束其他所有会话',
  },
  password: {
    title: '密码',
    text: '修改后，其他会话随之结束。',
    none: '你还没有密码。设置后，其他会话随之结束。',
    confirm: '修改密码',
  },
  close: {
    title: '注销账号',
    text: '所有会话随之结束，此账号无法再登录。冷静期内可凭验证码恢复，期满后永久删除。',
    confirm: '注销我的账号',
  },
}
