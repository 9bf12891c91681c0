#!/usr/bin/perl
# record.pl PREFIX BYTES: writes what it reads, at once, into PREFIX000000, PREFIX000001 …, of so many bytes each: the next one is
# begun with the first byte that has no room in the one before. As split(1) does, but for a disk that is full: that keeps what it
# has until there is room again (and tmux meanwhile keeps the rest), so that no end of a command is missing in the record.
use strict;
use warnings;

my ($prefix, $bytes) = @ARGV;
my $parent = getppid;
my ($index, $room, $file) = (0, $bytes, undef);

while (sysread STDIN, my $data, 65536) {
  while (length $data) {
    if (!$room) {
      close $file;
      ($index, $room, $file) = ($index + 1, $bytes, undef);
    }
    my $isOpen = $file || open $file, '>:raw', $prefix . sprintf '%06d', $index;
    my $part = $room < length $data ? $room : length $data;
    my $written = $isOpen ? syswrite $file, $data, $part : undef;
    if (!defined $written) {
      # Its folder is gone, or tmux is: nobody will read it.
      exit 1 if $!{ENOENT} || getppid != $parent;
      $file = undef if !$isOpen;
      select undef, undef, undef, 0.2;
      next;
    }
    substr($data, 0, $written) = '';
    $room -= $written;
  }
}
