// Parses /etc/passwd.

export interface User {
  readonly name: string;
  readonly id: number;
}

/** Lines of another form are left out. */
export const parsePasswd = (text: string): User[] =>
  text.split('\n').flatMap((line) => {
    const [name = '', , id = ''] = line.split(':');
    return name !== '' && /^\d{1,10}$/.test(id) ? [{ name, id: Number(id) }] : [];
  });
