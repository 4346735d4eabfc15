// How long a bill can still be paid: until a moment of the shop's clock, counted by this device's steady one,
// so that a wrong clock here changes nothing.

import { say } from "./words.js";

const SECOND_MS = 1_000;

const two = (number) => String(number).padStart(2, "0");

// `12:05`, or `1:12:05`.
export function clockWords(seconds) {
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const rest = two(seconds % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

// Writes into `element` how long `bill` can still be paid, every second; returns a function that ends it.
export function countDown(element, { expires, time }) {
  const end = performance.now() + (expires - time) * SECOND_MS;
  let timer;
  const write = () => {
    const left = Math.ceil((end - performance.now()) / SECOND_MS);
    element.textContent = left > 0 ? say("{time} left", { time: clockWords(left) }) : say("The time is over.");
    if (left <= 0) clearInterval(timer);
  };
  timer = setInterval(write, SECOND_MS);
  write();
  return () => {
    clearInterval(timer);
    element.textContent = "";
  };
}
