import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  isAutomount,
  isBelow,
  isNetwork,
  localFilesystems,
  type Mount,
  mountOf,
  parseMountinfo as parseTable,
} from '../../lib/parse/mountinfo.ts';

/** Most cases are one line. */
const parseMountinfo = (text: string): Mount[] => parseTable(`${text}\n`);

// A measurement PC: systemd's first mounts come before the root, as they do after an initramfs.
const acquisition = `\
22 27 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:14 - proc proc rw
23 27 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
24 27 0:5 / /dev rw,nosuid,relatime shared:2 - devtmpfs udev rw,size=8132412k,nr_inodes=2033103,mode=755,inode64
26 27 0:24 / /run rw,nosuid,nodev,noexec,relatime shared:5 - tmpfs tmpfs rw,size=1631392k,mode=755,inode64
27 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw,errors=remount-ro
38 22 0:34 / /proc/sys/fs/binfmt_misc rw,relatime shared:16 - autofs systemd-1 rw,fd=30,pgrp=1,timeout=0,minproto=5,maxproto=5,direct,pipe_ino=16382
58 27 7:0 / /snap/core20/2318 ro,nodev,relatime shared:29 - squashfs /dev/loop0 ro,errors=continue,threads=single
59 27 7:1 / /snap/snapd/21759 ro,nodev,relatime shared:31 - squashfs /dev/loop1 ro,errors=continue,threads=single
64 27 8:1 / /boot/efi rw,relatime shared:33 - vfat /dev/sda1 rw,fmask=0077,dmask=0077,codepage=437,iocharset=ascii,shortname=mixed,errors=remount-ro
67 27 8:17 / /data rw,noatime shared:35 master:4 propagate_from:2 - xfs /dev/sdb1 rw,attr2,inode64,logbufs=8,logbsize=32k,noquota
69 27 8:17 /hatpro /srv/ftp/hatpro rw,noatime shared:35 - xfs /dev/sdb1 rw,attr2,inode64,logbufs=8,logbsize=32k,noquota
71 27 0:51 / /mnt/archive rw,relatime shared:40 - autofs /etc/auto.archive rw,fd=7,pgrp=812,timeout=300,minproto=5,maxproto=5,direct,pipe_ino=21008
312 71 0:62 / /mnt/archive rw,relatime shared:188 - nfs4 nas.example.org:/export/archive rw,vers=4.2,rsize=1048576,wsize=1048576,hard,proto=tcp,timeo=600,retrans=2,sec=sys
320 27 0:70 / /mnt/mirror rw,nosuid,nodev,relatime shared:192 - fuse.sshfs ops@mirror.example.org:/srv rw,user_id=0,group_id=0
331 27 8:33 / /media/USB\\040disk\\0402 rw,nosuid,nodev,relatime shared:201 - ext4 /dev/sdc1 rw,errors=remount-ro
`;

const data: Mount = {
  id: 67,
  parent: 27,
  mount_point: '/data',
  root: '/',
  type: 'xfs',
  source: '/dev/sdb1',
  read_only: false,
  device: '8:17',
};

const found = (path: string, text = acquisition): Mount | undefined => mountOf(path, parseMountinfo(text));
const only = (text: string): Mount => {
  const [mount, ...rest] = parseMountinfo(text);
  assert.ok(mount);
  assert.deepEqual(rest, []);
  return mount;
};

describe('parse/mountinfo', () => {
  test('every line of a mount table is a mount', () => {
    assert.equal(parseMountinfo(acquisition).length, 15);
    assert.deepEqual(found('/data'), data);
  });

  test('a line has none, one or several optional fields before the separator', () => {
    const cases = [
      '67 27 8:17 / /data rw,noatime - xfs /dev/sdb1 rw,attr2',
      '67 27 8:17 / /data rw,noatime shared:35 - xfs /dev/sdb1 rw,attr2',
      '67 27 8:17 / /data rw,noatime shared:35 master:4 - xfs /dev/sdb1 rw,attr2',
      '67 27 8:17 / /data rw,noatime master:4 propagate_from:2 unbindable - xfs /dev/sdb1 rw,attr2',
    ];
    for (const line of cases) {
      assert.deepEqual(only(line), data);
    }
    assert.ok(cases.length >= 4);
  });

  test('a mount point that is called like the separator is a mount point', () => {
    assert.equal(only('67 27 8:17 / - rw - xfs /dev/sdb1 rw').mount_point, '-');
    assert.equal(only('67 27 8:17 - /data rw - xfs /dev/sdb1 rw').root, '-');
    assert.equal(only('67 27 0:44 / /tmp/x rw - tmpfs - rw').source, '-');
  });

  test('spaces, tabs, newlines and backslashes in a path show as themselves', () => {
    assert.equal(found('/media/USB disk 2/2026')?.mount_point, '/media/USB disk 2');
    assert.equal(only('1 2 8:1 / /a\\011b\\012c\\134d rw - ext4 /dev/sdd1 rw').mount_point, '/a\tb\nc\\d');
    assert.equal(only('1 2 8:1 / /a\\134040 rw - ext4 /dev/sdd1 rw').mount_point, '/a\\040');
    assert.equal(only('1 2 8:1 /sub\\040dir /a rw - ext4 /dev/sdd1 rw').root, '/sub dir');
    assert.equal(only('1 2 0:77 / /a rw - cifs //nas/my\\040share rw').source, '//nas/my share');
  });

  test('letters beyond ASCII in a path show as themselves, beside escapes too', () => {
    assert.equal(only('1 2 8:1 / /Messgerät rw - ext4 /dev/sdd1 rw').mount_point, '/Messgerät');
    assert.equal(only('1 2 8:1 / /Messgerät\\040数据 rw - ext4 /dev/sdd1 rw').mount_point, '/Messgerät 数据');
  });

  test('read-only is what the superblock says, not the mount point: a sandbox mounts everything read-only', () => {
    assert.equal(only('308 285 8:17 / /data ro,relatime - xfs /dev/sdb1 rw,attr2').read_only, false);
    assert.equal(only('308 285 8:17 / /data rw,relatime - xfs /dev/sdb1 ro,attr2').read_only, true);
    assert.equal(only('308 285 8:17 / /data ro,relatime - xfs /dev/sdb1 ro').read_only, true);
  });

  test('an option that merely begins with ro is not read-only', () => {
    assert.equal(only('27 1 8:2 / / rw - ext4 /dev/sda2 rw,errors=remount-ro').read_only, false);
    assert.equal(only('31 30 0:26 / /x rw - overlay overlay rw,rootcontext=x,lowerdir=/ro').read_only, false);
  });

  test('a source may be empty, as some virtual filesystems have it', () => {
    assert.equal(only('40 27 0:36 / /x rw,relatime - tmpfs  rw').source, '');
  });

  test('an empty mount table throws', () => {
    const cases = ['', '\n', ' \n\n'];
    for (const text of cases) assert.throws(() => parseMountinfo(text), /mountinfo lists no mount at all/);
    assert.ok(cases.length >= 3);
  });

  test('a line that is cut off or is no mount throws, and the message shows it', () => {
    const whole = '67 27 8:17 / /data rw,noatime shared:35 - xfs /dev/sdb1 rw,attr2';
    const words = whole.split(' ');
    const cases = [
      ...words.slice(1).map((_, index) => words.slice(0, index + 1).join(' ')),
      'cat: /proc/self/mountinfo: Permission denied',
      '/dev/sdb1 /data xfs rw,noatime 0 0',
      '<html>',
    ];
    for (const line of cases) {
      const shown = (error: unknown): boolean => error instanceof Error && error.message.includes(JSON.stringify(line));
      assert.throws(() => parseMountinfo(line), shown, line);
      assert.throws(() => parseMountinfo(`${acquisition}${line}\n`), shown, `as the last line: ${line}`);
    }
    assert.ok(cases.length >= 13);
  });

  test('superblock options that say neither rw nor ro throw, and are not taken for writable', () => {
    assert.throws(() => parseMountinfo('67 27 8:17 / /data rw,noatime - xfs /dev/sdb1 r'), /sdb1 r/);
  });

  test('a path lies on the mount with the longest point above it', () => {
    const cases: [path: string, mountPoint: string][] = [
      ['/', '/'],
      ['/home/ops', '/'],
      ['/database', '/'],
      ['/data', '/data'],
      ['/data/2026/11', '/data'],
      ['/srv/ftp', '/'],
      ['/srv/ftp/hatpro/raw', '/srv/ftp/hatpro'],
      ['/boot', '/'],
      ['/boot/efi/EFI', '/boot/efi'],
      ['/proc/sys/fs/binfmt_misc', '/proc/sys/fs/binfmt_misc'],
    ];
    for (const [path, mountPoint] of cases) assert.equal(found(path)?.mount_point, mountPoint, path);
    assert.ok(cases.length >= 10);
  });

  test('a path without a mount above it has no mount', () => {
    assert.equal(found('/home', '67 27 8:17 / /data rw - xfs /dev/sdb1 rw'), undefined);
  });

  const hiddenUnder = `\
27 1 8:2 / / rw - ext4 /dev/sda2 rw
67 27 8:17 / /data rw - xfs /dev/sdb1 rw
90 67 8:33 / /data rw - ext4 /dev/sdc1 rw
`;

  test('of two mounts on one point the later hides the earlier, as on an automount that is in use', () => {
    assert.equal(found('/mnt/archive/2026')?.type, 'nfs4');
    assert.equal(found('/data', hiddenUnder)?.source, '/dev/sdc1');
  });

  // As the kernel lists it after: mount sdb1 on /home and sdc1 on /home/data, then a tmpfs on /home (ProtectHome=tmpfs).
  const hiddenBelow = `\
27 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw
305 27 8:17 / /home rw,relatime - xfs /dev/sdb1 rw
306 305 8:33 / /home/data rw,relatime - ext4 /dev/sdc1 rw
307 305 0:99 / /home ro,relatime - tmpfs tmpfs ro,mode=755
`;

  test('a mount on a folder hides what was mounted below that folder before', () => {
    assert.equal(found('/home/data/2026', hiddenBelow)?.source, 'tmpfs');
  });

  test('localFilesystems leaves out a filesystem that a mount on its point, or a later mount above it, hides', () => {
    const sources = (text: string) => localFilesystems(parseMountinfo(text)).map(({ source }) => source);
    assert.deepEqual(sources(hiddenUnder), ['/dev/sda2', '/dev/sdc1']);
    assert.deepEqual(sources(hiddenBelow), ['/dev/sda2']);
  });

  test('a folder is below itself and below the root, and not below one whose name it continues', () => {
    assert.equal(isBelow('/data', '/data'), true);
    assert.equal(isBelow('/data/x', '/data'), true);
    assert.equal(isBelow('/data', '/'), true);
    assert.equal(isBelow('/', '/'), true);
    assert.equal(isBelow('/database', '/data'), false);
    assert.equal(isBelow('/', '/data'), false);
  });

  test('network and FUSE mounts are told from local filesystems', () => {
    const mountOfType = (type: string): Mount => only(`9 1 0:9 / /x rw - ${type} source rw`);
    const network =
      'nfs nfs4 cifs smb3 9p ceph glusterfs lustre beegfs gpfs davfs fuse fuse.sshfs fuse.s3fs fuse.mergerfs'.split(
        ' ',
      );
    const local = 'ext4 xfs btrfs zfs vfat tmpfs overlay fuseblk fusectl nfsd autofs rpc_pipefs'.split(' ');
    for (const type of network) assert.equal(isNetwork(mountOfType(type)), true, type);
    for (const type of local) assert.equal(isNetwork(mountOfType(type)), false, type);
    assert.ok(network.length >= 15);
    assert.ok(local.length >= 12);
  });

  test('an autofs mount is an idle automount until a filesystem is mounted on it', () => {
    const mounts = parseMountinfo(acquisition);
    const autofs = mounts.filter(isAutomount).map(({ mount_point }) => mount_point);
    assert.deepEqual(autofs, ['/proc/sys/fs/binfmt_misc', '/mnt/archive']);
    const onArchive = mountOf('/mnt/archive', mounts);
    assert.ok(onArchive);
    assert.equal(isAutomount(onArchive), false);
  });

  test('localFilesystems lists the disks: no kernel filesystems, snap images, bind mounts or network mounts', () => {
    assert.deepEqual(
      localFilesystems(parseMountinfo(acquisition)).map(({ mount_point, source }) => [mount_point, source]),
      [
        ['/', '/dev/sda2'],
        ['/boot/efi', '/dev/sda1'],
        ['/data', '/dev/sdb1'],
        ['/media/USB disk 2', '/dev/sdc1'],
      ],
    );
  });

  test('localFilesystems lists a device with several mounts at the shortest mount point, in any order of mounting', () => {
    const bindFirst = `\
69 27 8:17 /hatpro /srv/ftp/hatpro rw,noatime - xfs /dev/sdb1 rw
67 27 8:17 / /data rw,noatime - xfs /dev/sdb1 rw
27 1 8:2 / / rw - ext4 /dev/sda2 rw
`;
    const points = localFilesystems(parseMountinfo(bindFirst)).map(({ mount_point }) => mount_point);
    assert.deepEqual(points, ['/', '/data']);
  });

  test('the subvolumes of one btrfs are one filesystem, and the datasets of a zfs pool are several', () => {
    const btrfs = `\
27 1 0:25 /@ / rw,noatime shared:1 - btrfs /dev/nvme0n1p2 rw,ssd,space_cache=v2,subvolid=256,subvol=/@
60 27 0:25 /@home /home rw,noatime shared:30 - btrfs /dev/nvme0n1p2 rw,ssd,space_cache=v2,subvolid=257,subvol=/@home
`;
    const zfs = `\
27 1 0:26 / / rw,noatime shared:1 - zfs rpool/ROOT/debian rw,xattr,posixacl
60 27 0:40 / /tank rw,noatime shared:30 - zfs tank rw,xattr,noacl
61 60 0:41 / /tank/hatpro rw,noatime shared:31 - zfs tank/hatpro rw,xattr,noacl
`;
    const points = (text: string) => localFilesystems(parseMountinfo(text)).map(({ mount_point }) => mount_point);
    assert.deepEqual(points(btrfs), ['/']);
    assert.deepEqual(points(zfs), ['/', '/tank', '/tank/hatpro']);
  });

  test('localFilesystems lists the root of any type: overlay, image, network mount', () => {
    const cases = [
      '504 421 0:55 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A:/var/lib/docker/overlay2/l/B',
      '27 1 7:0 / / ro,relatime - squashfs /dev/loop0 ro',
      '27 1 0:26 / / rw,relatime - tmpfs rootfs rw',
      '27 1 0:19 / / rw,relatime - nfs 10.0.0.1:/srv/nfsroot/hatpro rw,vers=3,hard,nolock,proto=tcp',
    ];
    for (const line of cases) {
      const points = localFilesystems(parseMountinfo(line)).map(({ mount_point }) => mount_point);
      assert.deepEqual(points, ['/'], line);
    }
    assert.ok(cases.length >= 4);
  });

  test('a table that was cut off inside a line throws, wherever it was cut', () => {
    for (let length = 1; length < acquisition.length; length++)
      if (acquisition[length - 1] !== '\n')
        assert.throws(() => parseTable(acquisition.slice(0, length)), /cut off|is not a mount/, `${length} characters`);
    assert.ok(acquisition.length > 1500);
  });
});
