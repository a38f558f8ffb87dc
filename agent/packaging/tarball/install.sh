#!/bin/sh
# Installs edge-agent from this directory, beside what is there: each version in its own folder, `current` pointing at
# the one that runs, `previous` at the one before.
#
# Usage: install.sh install|upgrade|rollback|remove [--prefix DIR] [--no-service]
#   install, upgrade   the same: puts this version in place and makes it current
#   rollback           makes the previous version current again
#   remove             hands the packet forwarder back, then takes the program away; settings and journal stay
#   --prefix           /opt/edge-agent, or /user/edge-agent where there is a /user (KerOS)
#   --no-service       files only; also without root, where only the prefix must be writable
set -eu
here=$(cd "${0%/*}" && pwd)
prefix=/opt/edge-agent
[ -d /user ] && prefix=/user/edge-agent
service=yes
[ "$(id -u)" = 0 ] || service=no
keros=no
[ -d /etc/monit.d ] && [ ! -d /run/systemd/system ] && keros=yes

say() { echo "$*" >&2; }
usage() {
  sed -n '2,/^set -eu/p' "$0" | sed -n 's/^# \{0,1\}//p' >&2
  exit 2
}

# A link changes in one step: a power cut leaves the old one or the new one.
point() {
  rm -f "$prefix/.$1"
  ln -s "$2" "$prefix/.$1"
  if ! mv -T "$prefix/.$1" "$prefix/$1" 2>/dev/null; then
    rm -f "$prefix/$1"
    mv "$prefix/.$1" "$prefix/$1"
  fi
}
pointed() { readlink "$prefix/$1" 2>/dev/null || true; }

put_version() {
  version=$(cat "$here/version")
  mkdir -p "$prefix/versions"
  rm -rf "$prefix/versions/.$version"
  cp -R "$here/bundle" "$prefix/versions/.$version"
  "$prefix/versions/.$version/edge-agent" --version >/dev/null || {
    rm -rf "$prefix/versions/.$version"
    say "this version does not run on this box; nothing was changed"
    exit 3
  }
  rm -rf "$prefix/versions/$version"
  mv "$prefix/versions/.$version" "$prefix/versions/$version"
  now=$(pointed current)
  [ -z "$now" ] || [ "$now" = "versions/$version" ] || point previous "$now"
  point current "versions/$version"
  forget_old_versions
}

# What neither link points at has served its time; flash is small.
forget_old_versions() {
  for folder in "$prefix"/versions/*; do
    [ "versions/${folder##*/}" = "$(pointed current)" ] && continue
    [ "versions/${folder##*/}" = "$(pointed previous)" ] && continue
    rm -rf "$folder"
  done
}

put_systemd() {
  getent passwd edge-agent >/dev/null ||
    useradd --system --user-group --no-create-home --home-dir /var/lib/edge-agent --shell /usr/sbin/nologin edge-agent
  getent group dialout >/dev/null || groupadd --system dialout
  # What somebody has allowed the agent there stays allowed: a core may then change settings.
  [ -d /etc/edge-agent ] || mkdir -m 0750 /etc/edge-agent
  # Where the agent may write, a link may lie: it is not written through.
  rm -f /etc/edge-agent/agent.toml.example
  cp "$here/systemd/agent.toml.example" /etc/edge-agent/agent.toml.example
  chown root:edge-agent /etc/edge-agent
  chmod o-rwx /etc/edge-agent
  for unit in edge-agent.service edge-agent-forwarder.path edge-agent-forwarder.service; do
    sed "s|@HOME@|$prefix/current|" "$here/systemd/$unit" >"/etc/systemd/system/$unit"
  done
  systemctl daemon-reload
  systemctl enable edge-agent.service
}

put_keros() {
  for file in etc/init.d/edge-agent etc/sysupgrade.d/edge-agent.conf user/edge-agent/etc/agent.toml.example; do
    mkdir -p "/${file%/*}"
    rm -f "/$file"
    cp "$here/keros/$file" "/$file"
  done
  # The site's own, once they are there.
  for file in etc/monit.d/edge-agent etc/firewall.d/edge-agent.rules etc/firewall.d/edge-agent.v6rules; do
    mkdir -p "/${file%/*}"
    [ -e "/$file" ] || cp -p "$here/keros/$file" "/$file"
  done
  chmod 755 /etc/init.d/edge-agent
  mkdir -p /etc/rc5.d
  ln -sf ../init.d/edge-agent /etc/rc5.d/S90edge-agent
  [ -e /etc/edge-agent ] || ln -s /user/edge-agent/etc /etc/edge-agent
  ln -sf /user/edge-agent/current/edge-agent /usr/bin/edge-agent
  /etc/init.d/firewall restart || true
}

put_service() {
  if [ "$service" = no ]; then
    say "start it with: $prefix/current/edge-agent run --config FILE"
  elif [ $keros = yes ]; then
    put_keros
  elif [ -d /run/systemd/system ]; then
    put_systemd
  else
    say "neither systemd nor monit is here: start $prefix/current/edge-agent by the box's own means"
  fi
}

restart_service() {
  [ "$service" = yes ] || return 0
  if [ $keros = yes ]; then
    /etc/init.d/edge-agent restart
    /usr/bin/monit reload || true
  elif [ -d /run/systemd/system ]; then
    systemctl restart edge-agent.service || say "it does not start: journalctl -u edge-agent"
  fi
}

roll_back() {
  before=$(pointed previous)
  [ -n "$before" ] && [ -x "$prefix/$before/edge-agent" ] || {
    say "there is no previous version in $prefix"
    exit 1
  }
  now=$(pointed current)
  point current "$before"
  point previous "$now"
}

remove_all() {
  [ -x "$prefix/current/restore-forwarder" ] && { "$prefix/current/restore-forwarder" || exit 1; }
  if [ "$service" = yes ] && [ $keros = yes ]; then
    /usr/bin/monit stop edge-agent 2>/dev/null || true
    /etc/init.d/edge-agent stop || true
    rm -f /etc/init.d/edge-agent /etc/rc5.d/S90edge-agent /etc/monit.d/edge-agent /usr/bin/edge-agent \
      /etc/firewall.d/edge-agent.rules /etc/firewall.d/edge-agent.v6rules /etc/sysupgrade.d/edge-agent.conf
    [ ! -L /etc/edge-agent ] || rm /etc/edge-agent
    for list in passwd group; do
      grep -v '^edge-agent:' /etc/$list >/etc/$list.edge-agent && mv /etc/$list.edge-agent /etc/$list
      rm -f /etc/$list.edge-agent
    done
    /usr/bin/monit reload || true
    /etc/init.d/firewall restart || true
  elif [ "$service" = yes ] && [ -e /etc/systemd/system/edge-agent.service ]; then
    systemctl disable --now edge-agent.service || true
    rm -f /etc/systemd/system/edge-agent.service /etc/systemd/system/edge-agent-forwarder.path \
      /etc/systemd/system/edge-agent-forwarder.service
    systemctl daemon-reload
  fi
  rm -rf "$prefix/versions" "$prefix/current" "$prefix/previous"
  rmdir "$prefix" 2>/dev/null || true
}

[ $# -gt 0 ] || usage
act=$1
shift
while [ $# -gt 0 ]; do
  case $1 in
    --prefix)
      [ $# -ge 2 ] || usage
      prefix=$2
      shift 2
      ;;
    --no-service)
      service=no
      shift
      ;;
    *) usage ;;
  esac
done
if [ $keros = yes ] && [ "$service" = yes ] && [ "$prefix" != /user/edge-agent ]; then
  say "on KerOS the service is in /user/edge-agent; another --prefix goes with --no-service"
  exit 2
fi
case $act in
  install | upgrade)
    put_version
    put_service
    restart_service
    say "edge-agent $(cat "$here/version") is in $prefix/current"
    ;;
  rollback)
    roll_back
    restart_service
    say "back to $(pointed current)"
    ;;
  remove) remove_all ;;
  *) usage ;;
esac
