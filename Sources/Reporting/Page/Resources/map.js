(() => {
  const source = document.getElementById("map-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const byId = (id) => document.getElementById(id);
  const canvas = byId("map-canvas");
  const context = canvas.getContext("2d");
  const tip = byId("map-tip");
  const colour = byId("map-colour");
  const projection = byId("map-projection");
  const filter = byId("map-filter");
  const keys = byId("map-keys");
  const total = data.ids.length;
  const splitNames = ["train", "validation", "test"];
  let folded = null;

  // What a point is coloured by: names, and the index of one for each point; -1 is not drawn.
  const schemes = {
    class: () => ({ names: data.names, of: data.classes }),
    split: () => ({ names: splitNames, of: Array.from(data.splits, Number) }),
  };
  data.predictions.forEach((predicted, index) => {
    schemes["error" + index] = () => ({
      names: ["right", "wrong", "train row, right", "train row, wrong"],
      of: predicted.map((value, point) => {
        if (value < 0 || data.classes[point] < 0) return -1;
        const wrong = value === data.classes[point] ? 0 : 1;
        return data.splits[point] === "0" ? 2 + wrong : wrong;
      }),
    });
  });

  let scheme, hidden, matches, matched;
  let xs, ys;
  let view = { x: 5000, y: 5000, zoom: 1 };
  let size = { width: 1, height: 1, ratio: 1 };
  let chosen = -1;
  let pending = false;

  const style = () => getComputedStyle(document.documentElement);
  const paint = (index) => {
    const own = style();
    // Errors stand out; what is right stays behind.
    const order = colour.value.startsWith("error") ? [0, 1, 6, 4] : [0, 1, 2, 3, 4, 5, 6, 7];
    return own.getPropertyValue("--c" + order[index % order.length]).trim();
  };
  const shapeOf = (index) =>
    colour.value.startsWith("error") ? [0, 3, 0, 3][index % 4] : (index + Math.floor(index / 8)) % 8;

  // The same shapes as in the other drawings.
  const trace = (path, shape, x, y, r) => {
    const polygon = (points) => {
      points.forEach(([px, py], step) =>
        step ? path.lineTo(x + px * r, y + py * r) : path.moveTo(x + px * r, y + py * r));
      path.closePath();
    };
    switch (shape) {
      case 0:
        path.moveTo(x + r, y);
        path.arc(x, y, r, 0, 2 * Math.PI);
        break;
      case 1: path.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r); break;
      case 2: polygon([[0, -1.15], [1.1, 0.85], [-1.1, 0.85]]); break;
      case 3: polygon([[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]); break;
      case 4: polygon([[0, 1.15], [1.1, -0.85], [-1.1, -0.85]]); break;
      case 5:
        path.rect(x - 0.4 * r, y - 1.1 * r, 0.8 * r, 2.2 * r);
        path.rect(x - 1.1 * r, y - 0.4 * r, 2.2 * r, 0.8 * r);
        break;
      case 6:
        polygon(Array.from({ length: 10 }, (_, step) => {
          const angle = (step * Math.PI) / 5 - Math.PI / 2;
          const radius = step % 2 ? 0.55 : 1.3;
          return [radius * Math.cos(angle), radius * Math.sin(angle)];
        }));
        break;
      default:
        polygon(Array.from({ length: 6 }, (_, step) =>
          [1.1 * Math.cos((step * Math.PI) / 3), 1.1 * Math.sin((step * Math.PI) / 3)]));
    }
  };

  const scale = () => ((Math.min(size.width, size.height) - 24) / 10000) * view.zoom;
  const place = (point) => {
    const s = scale();
    return [size.width / 2 + (xs[point] - view.x) * s, size.height / 2 - (ys[point] - view.y) * s];
  };
  const isDrawn = (point) => scheme.of[point] >= 0 && !hidden.has(scheme.of[point]);

  // All points, drawn once for a view of them; what is pointed at is drawn over a copy.
  const base = document.createElement("canvas");
  const points = base.getContext("2d");
  let stale = true;

  const drawPoints = () => {
    stale = false;
    base.width = canvas.width;
    base.height = canvas.height;
    points.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    const r = radius();
    const groups = new Map();
    for (let point = 0; point < total; point += 1) {
      if (!isDrawn(point)) continue;
      const [x, y] = place(point);
      if (x < -9 || y < -9 || x > size.width + 9 || y > size.height + 9) continue;
      const faint = matches && !matches[point] ? 1 : 0;
      const key = scheme.of[point] * 2 + faint;
      if (!groups.has(key)) groups.set(key, new Path2D());
      trace(groups.get(key), shapeOf(scheme.of[point]), x, y, faint ? r * 0.7 : r);
    }
    // Faint ones first; of errors the train rows first, and those that are wrong last.
    const layer = (key) => (colour.value.startsWith("error") ? [2, 3, 0, 1][key >> 1] : key >> 1);
    [...groups.keys()].sort((a, b) => (b % 2) - (a % 2) || layer(a) - layer(b)).forEach((key) => {
      const isBehind = colour.value.startsWith("error") && key >> 1 >= 2;
      points.globalAlpha = key % 2 ? 0.13 : isBehind ? 0.4 : 0.8;
      points.fillStyle = paint(key >> 1);
      points.fill(groups.get(key));
    });
  };
  const radius = () => Math.min((total > 3000 ? 2.1 : 3.2) * Math.sqrt(view.zoom), 7);

  const draw = () => {
    pending = false;
    if (stale) drawPoints();
    const r = radius();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(base, 0, 0);
    context.setTransform(size.ratio, 0, 0, size.ratio, 0, 0);
    if (chosen >= 0) {
      const [x, y] = place(chosen);
      context.globalAlpha = 1;
      context.strokeStyle = style().getPropertyValue("--fg").trim();
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, r + 5, 0, 2 * Math.PI);
      context.stroke();
    }
    context.globalAlpha = 1;
  };
  const redraw = (isStale = true) => {
    stale = stale || isStale;
    if (pending) return;
    pending = true;
    requestAnimationFrame(draw);
  };

  const resize = () => {
    const box = canvas.getBoundingClientRect();
    if (!box.width) return;
    size = { width: box.width, height: box.height, ratio: window.devicePixelRatio || 1 };
    canvas.width = Math.round(size.width * size.ratio);
    canvas.height = Math.round(size.height * size.ratio);
    stale = true;
    draw();
  };

  const showKeys = () => {
    keys.replaceChildren(...scheme.names.map((name, index) => {
      const count = scheme.of.reduce((sum, own) => sum + (own === index ? 1 : 0), 0);
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(!hidden.has(index)));
      const mark = document.createElement("canvas");
      mark.width = mark.height = 30;
      mark.style.width = mark.style.height = "15px";
      const own = mark.getContext("2d");
      const path = new Path2D();
      trace(path, shapeOf(index), 15, 15, 11);
      own.fillStyle = paint(index);
      own.fill(path);
      button.append(mark, name + " " + count.toLocaleString("en"));
      button.addEventListener("click", () => {
        if (!hidden.delete(index)) hidden.add(index);
        button.setAttribute("aria-pressed", String(!hidden.has(index)));
        tell();
        redraw();
      });
      item.append(button);
      return item;
    }));
  };

  const tell = () => {
    let shown = 0;
    for (let point = 0; point < total; point += 1) {
      if (isDrawn(point) && (!matches || matches[point])) shown += 1;
    }
    matched = shown;
    byId("map-count").textContent =
      shown.toLocaleString("en") + " of " + total.toLocaleString("en") + " texts" +
      (matches
        ? " hold “" + filter.value.trim() + "”" + (data.isCut ? " near their beginning" : "") : " are shown");
  };

  const recolour = () => {
    scheme = schemes[colour.value]();
    hidden = new Set();
    showKeys();
    tell();
    redraw();
  };
  const reproject = () => {
    ({ x: xs, y: ys } = data.projections[Number(projection.value)]);
    hide();
    redraw();
  };
  const refilter = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    folded = folded || data.texts.map((text, point) => (text + " " + (data.words[point] || "")).toLowerCase());
    matches = words.length
      ? folded.map((text) => words.every((word) => text.includes(word))) : null;
    tell();
    redraw();
  };

  // The nearest point that is drawn, within some pixels.
  const nearest = (x, y, reach) => {
    let best = -1;
    let least = reach * reach;
    for (let point = 0; point < total; point += 1) {
      if (!isDrawn(point) || (matches && !matches[point])) continue;
      const [px, py] = place(point);
      const distance = (px - x) * (px - x) + (py - y) * (py - y);
      if (distance < least) {
        least = distance;
        best = point;
      }
    }
    return best;
  };
  const nameOf = (index) => (index < 0 ? "no class" : data.names[index]);
  const show = (point) => {
    chosen = point;
    if (point < 0) return hide();
    const text = document.createElement("p");
    text.dir = "auto";
    text.textContent = data.texts[point] || "(the texts are not at hand)";
    const meta = document.createElement("p");
    meta.className = "meta";
    const parts = ["row " + data.ids[point], splitNames[Number(data.splits[point])]];
    if (data.names.length && data.classes[point] >= 0) parts.push(nameOf(data.classes[point]));
    meta.textContent = parts.join(" · ");
    tip.replaceChildren(text, meta);
    if (data.classes[point] >= 0) {
      const wrong = data.contenders.filter((_, index) => {
        const said = data.predictions[index];
        return said && said.length && said[point] >= 0 && said[point] !== data.classes[point];
      });
      const line = document.createElement("p");
      line.className = "meta";
      line.textContent = wrong.length ? "✗ " + wrong.join(", ") : "✓ all runs are right";
      tip.append(line);
    }
    tip.hidden = false;
    const [x, y] = place(point);
    const box = tip.getBoundingClientRect();
    const left = x + 14 + box.width > size.width ? x - box.width - 14 : x + 14;
    tip.style.left = Math.max(4, Math.min(left, size.width - box.width - 4)) + "px";
    tip.style.top = Math.max(4, Math.min(y + 14, size.height - box.height - 4)) + "px";
    redraw(false);
    return undefined;
  };
  const hide = () => {
    chosen = -1;
    tip.hidden = true;
    redraw(false);
  };

  const zoomAt = (factor, x, y) => {
    const s = scale();
    const zoom = Math.min(Math.max(view.zoom * factor, 1), 60);
    const after = (s / view.zoom) * zoom;
    const dx = x - size.width / 2;
    const dy = size.height / 2 - y;
    view = {
      zoom,
      x: view.x + dx / s - dx / after,
      y: view.y + dy / s - dy / after,
    };
    if (zoom === 1) view = { x: 5000, y: 5000, zoom };
    hide();
    redraw();
  };
  const middle = (factor) => zoomAt(factor, size.width / 2, size.height / 2);

  let grip = null;
  canvas.addEventListener("pointerdown", (event) => {
    grip = { x: event.offsetX, y: event.offsetY, view, moved: false };
    if (view.zoom > 1) canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (grip && view.zoom > 1) {
      const s = scale();
      grip.moved = grip.moved || Math.hypot(event.offsetX - grip.x, event.offsetY - grip.y) > 3;
      view = {
        zoom: view.zoom,
        x: grip.view.x - (event.offsetX - grip.x) / s,
        y: grip.view.y + (event.offsetY - grip.y) / s,
      };
      if (grip.moved) {
        hide();
        redraw();
      }
      return;
    }
    const point = nearest(event.offsetX, event.offsetY, 14);
    if (point !== chosen) show(point);
  });
  canvas.addEventListener("pointerup", (event) => {
    if (grip && !grip.moved) show(nearest(event.offsetX, event.offsetY, 18));
    grip = null;
  });
  canvas.addEventListener("pointerleave", () => {
    grip = null;
    hide();
  });
  canvas.addEventListener("wheel", (event) => {
    // The page scrolls unless the map was entered.
    if (!event.ctrlKey && document.activeElement !== canvas) return;
    event.preventDefault();
    zoomAt(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Escape") return hide();
    if (event.key === "+" || event.key === "=") return middle(1.5);
    if (event.key === "-") return middle(1 / 1.5);
    const step = steps[event.key];
    if (!step) return undefined;
    event.preventDefault();
    if (chosen < 0) {
      show(nearest(size.width / 2, size.height / 2, 1e9));
    } else {
      // The nearest one that lies in that direction.
      const [x, y] = place(chosen);
      let best = -1;
      let least = Infinity;
      for (let point = 0; point < total; point += 1) {
        if (point === chosen || !isDrawn(point) || (matches && !matches[point])) continue;
        const [px, py] = place(point);
        const along = (px - x) * step[0] + (py - y) * step[1];
        const across = Math.abs((px - x) * step[1]) + Math.abs((py - y) * step[0]);
        if (along <= 0.5 || across > along) continue;
        if (px < 0 || py < 0 || px > size.width || py > size.height) continue;
        if (along + across < least) {
          least = along + across;
          best = point;
        }
      }
      if (best >= 0) show(best);
    }
    if (chosen >= 0) byId("map-said").textContent = tip.textContent;
    return undefined;
  });
  canvas.addEventListener("blur", hide);

  byId("map-in").addEventListener("click", () => middle(1.5));
  byId("map-out").addEventListener("click", () => middle(1 / 1.5));
  byId("map-all").addEventListener("click", () => {
    view = { x: 5000, y: 5000, zoom: 1 };
    hide();
    redraw();
  });
  colour.addEventListener("change", recolour);
  projection.addEventListener("change", reproject);
  filter.addEventListener("input", refilter);
  onTheme(() => {
    showKeys();
    redraw();
  });
  addEventListener("resize", resize);
  // Printed pages are light, whatever the screen is.
  addEventListener("beforeprint", () => {
    stale = true;
    draw();
  });

  ({ x: xs, y: ys } = data.projections[0]);
  matches = null;
  scheme = schemes[colour.value]();
  hidden = new Set();
  showKeys();
  tell();
  requestAnimationFrame(resize);
})();
