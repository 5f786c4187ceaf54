import { defineCheck } from '../define.ts';

export const filesystemReadonly = defineCheck({
  name: 'filesystem-readonly',
  summary: 'a filesystem is mounted read-only, as the kernel does after errors',
  needs: ['filesystems'],
  assess: ({ filesystems }) =>
    Object.entries(filesystems).map(([subject, { path, mount_point, read_only, read_only_allowed = false }]) => {
      const bad = read_only && !read_only_allowed;
      return {
        subject,
        level: bad ? 'red' : 'green',
        value: read_only,
        unit: '',
        limit: { value: read_only_allowed, key: `filesystems.${subject}.read-only` },
        message: read_only
          ? `${path} is mounted read-only (at ${mount_point})${bad ? '' : ', as the configuration allows'}`
          : `${path} can be written`,
        clears_when: `${mount_point} is mounted read-write again`,
      };
    }),
});
