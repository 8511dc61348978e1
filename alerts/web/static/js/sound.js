// The desk's own alarm: two tones, made here, until somebody owns what waits; and why it is mute.
"use strict";
const sound = { context: null, wanted: "", timer: 0 };
const TUNES = {
  life: { tones: [[880, 0], [660, 0.28]], length: 0.26, every: 1200 }, // somebody waits for an answer
  lost: { tones: [[330, 0], [330, 0.22]], length: 0.16, every: 3000 }, // this desk hears nothing any more
};

function tone(hertz, at, length) {
  const start = sound.context.currentTime + at;
  const voice = sound.context.createOscillator();
  const level = sound.context.createGain();
  voice.type = "triangle";
  voice.frequency.value = hertz;
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(0.6, start + 0.02);
  level.gain.setValueAtTime(0.6, start + length - 0.05);
  level.gain.linearRampToValueAtTime(0, start + length);
  voice.connect(level).connect(sound.context.destination);
  voice.start(start);
  voice.stop(start + length);
}

function chime() {
  const tune = TUNES[sound.wanted];
  if (tune && sound.context.state === "running") {
    for (const [hertz, at] of tune.tones) tone(hertz, at, tune.length);
  }
  sayWhetherItSounds();
}

function sayWhetherItSounds() {
  const open = sound.context.state === "running";
  document.getElementById("hush").hidden = open;
  document.body.dataset.sound = sound.wanted ? (open ? sound.wanted : "blocked") : "off";
}

function ring(wanted) { // "life", "lost", or "" for quiet
  if (sound.wanted === wanted) return;
  sound.wanted = wanted;
  clearInterval(sound.timer);
  if (wanted) sound.timer = setInterval(chime, TUNES[wanted].every);
  chime();
}

function openSound() {
  if (sound.context.state !== "running") sound.context.resume().then(sayWhetherItSounds);
}

sound.context = new AudioContext();
sound.context.onstatechange = sayWhetherItSounds;
sayWhetherItSounds();
// After the click, not before: the hint goes away, and nothing may move under a finger.
for (const act of ["click", "keydown"]) document.addEventListener(act, openSound);
