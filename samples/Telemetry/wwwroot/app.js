'use strict';

// Everything here comes from one event a second; see FleetSnapshot.cs for its fields.
const historySeconds = 60;
const history = [];
const states = ['away', 'well', 'slow', 'lossy'];
const byId = id => document.getElementById(id);

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const fine = new Intl.NumberFormat('en', { maximumFractionDigits: 2, minimumFractionDigits: 2 });

const columns = [
  ['device', d => d.name],
  ['packets/s', d => short.format(d.packetsPerSecond)],
  ['bytes/s', d => whole.format(d.bytesPerSecond)],
  ['RTT ms', d => short.format(d.rtt), d => d.rtt > 250],
  ['loss %', d => short.format(d.loss * 100), d => d.loss > 0.05],
  ['connects', d => whole.format(d.connects), d => d.connects > 1],
  ['°C', d => short.format(d.temperature)],
  ['battery', d => `${whole.format(d.battery * 100)} %`],
];

function show(fleet) {
  history.push(fleet);
  if (history.length > historySeconds) history.shift();

  const [bytes, unit] = scale(fleet.bytesPerSecond);
  const texts = {
    sessions: whole.format(fleet.sessions),
    left: whole.format(fleet.left),
    packets: whole.format(fleet.packetsPerSecond),
    bytes, bytesUnit: unit,
    rtt50: fine.format(fleet.rttP50),
    rtt99: fine.format(fleet.rttP99),
    loss: fine.format(fleet.loss * 100),
  };
  for (const [id, text] of Object.entries(texts)) byId(id).textContent = text;
  for (const svg of document.querySelectorAll('svg[data-series]')) drawLine(svg, history.map(h => h[svg.dataset.series]));
  drawMap(fleet.map);
  fill(byId('busiest'), fleet.busiest);
  fill(byId('worst'), fleet.worst);
}

function scale(bytes) {
  return bytes >= 1e6 ? [fine.format(bytes / 1e6), 'MB'] : bytes >= 1e4 ? [whole.format(bytes / 1e3), 'kB'] : [whole.format(bytes), 'B'];
}

function drawLine(svg, values) {
  const top = Math.max(...values) * 1.15 || 1;
  const left = historySeconds - values.length;
  const line = values.map((v, i) => `${left + i},${(1 - v / top) * 40 + 2}`).join(' L');
  svg.setAttribute('viewBox', `0 0 ${historySeconds - 1} 44`);
  svg.setAttribute('preserveAspectRatio', 'none');
  svg.innerHTML = `<path class="area" d="M${left},44 L${line} L${historySeconds - 1},44 Z"/><path d="M${line}"/>`;
}

function drawMap(map) {
  const canvas = byId('map');
  const width = canvas.parentElement.clientWidth - 32;
  const cell = map.length > 4000 ? 5 : map.length > 400 ? 12 : 20;
  const perRow = Math.max(1, Math.floor(width / cell));
  const height = Math.ceil(map.length / perRow) * cell;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext('2d');
  pen.scale(ratio, ratio);
  // A canvas knows no light-dark(), so the colours are taken from the legend.
  const colours = states.map(state => getComputedStyle(document.querySelector(`i.${state}`)).backgroundColor);
  for (let i = 0; i < map.length; i++) {
    pen.fillStyle = colours[map[i]];
    pen.beginPath();
    pen.roundRect(i % perRow * cell, Math.floor(i / perRow) * cell, cell - 2, cell - 2, 2);
    pen.fill();
  }
}

function fill(table, devices) {
  table.replaceChildren(row('th', columns.map(([title]) => [title])),
    ...devices.map(d => row('td', columns.map(([, text, isHigh]) => [text(d), isHigh?.(d)]))));
}

function row(kind, cells) {
  const line = document.createElement('tr');
  for (const [text, isHigh] of cells) {
    const cell = document.createElement(kind);
    cell.textContent = text;
    cell.classList.toggle('high', Boolean(isHigh));
    line.append(cell);
  }
  return line;
}

function say(text, kind) {
  byId('state').textContent = text;
  byId('state').className = kind;
}

// The browser connects again by itself when the server was away.
const events = new EventSource('fleet/live');
events.onopen = () => say('live', 'live');
events.onerror = () => say('no connection', 'lost');
events.onmessage = event => show(JSON.parse(event.data));
