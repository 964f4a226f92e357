/** What "my account" says in English. */
export const ownEn = {
  none: 'none',
  rows: {
    profile: 'Profile',
    mobile: 'Mobile',
    email: 'Email',
    password: 'Password',
    factors: 'Second factor',
    devices: 'Trusted devices',
    sessions: 'Sessions',
    close: 'Close account',
  },
  save: 'Save',
  profile: { title: 'Profile', text: 'What you say of yourself. Empty a field to take it back.' },
  fields: {
    name: 'Name',
    attr_nick_name: 'Nickname',
    attr_gender: 'Gender',
    attr_birthday: 'Birthday',
    mailing_address: 'Postal address',
  },
  genders: { '': 'Not told', female: 'Female', male: 'Male', unknow: 'Unknown' },
  sessions: {
    title: 'Sessions',
    text: 'Where this user is signed in, at every application.',
    since: (/** @type {string} */ when) => `since ${when}`,
    current: 'this one',
    end: 'End',
    endWhich: (/** @type {string} */ name, /** @type {string} */ when) =>
      `End the session of ${name} since ${when}`,
    endOthers: 'End all others',
  },
  password: {
    title: 'Password',
    text: 'All other sessions end when it changes.',
    none: 'You have none yet. All other sessions end when you set one.',
    confirm: 'Change password',
  },
  close: {
    title: 'Close account',
    text: 'Every session ends, and nobody can sign in to this account. For some days it can be opened again by a code; then it is deleted for good.',
    confirm: 'Close my account',
  },
}
