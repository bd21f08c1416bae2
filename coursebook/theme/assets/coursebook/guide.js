/* The numbers of a guide: start, people and length change its times, groups and copies.
   It reckons as agenda.py does. Nothing is kept. */
(function () {
  "use strict";

  var form = document.querySelector("[data-guide]");
  if (!form) return;
  var start = document.getElementById("guide-start");
  var people = document.getElementById("guide-people");
  var length = document.getElementById("guide-length");
  var status = form.querySelector("[role=status]");
  var planned = { start: start.value, length: length.value };

  function each(selector, act) {
    Array.prototype.forEach.call(document.querySelectorAll(selector), act);
  }

  /* Openings, breaks and closings stay whole; the rest shares what is left. */
  function fit(items, minutes) {
    var sum = 0, whole = 0, loose = [];
    items.forEach(function (item, place) {
      sum += item.minutes;
      if (item.whole) whole += item.minutes; else loose.push(place);
    });
    var lengths = items.map(function (item) { return item.minutes; });
    if (minutes === sum || !loose.length) return lengths;
    var total = sum - whole;
    var room = Math.max(minutes, whole + loose.length) - whole - loose.length;
    var left = room;
    loose.forEach(function (place) {
      var share = Math.floor(items[place].minutes * room / total);
      lengths[place] = 1 + share;
      left -= share;
    });
    loose.slice().sort(function (one, other) {
      return (items[other].minutes * room % total) - (items[one].minutes * room % total) || one - other;
    }).slice(0, left).forEach(function (place) { lengths[place] += 1; });
    return lengths;
  }

  function clock(minutes) {
    var hours = Math.floor(minutes / 60) % 24, rest = minutes % 60;
    return (hours < 10 ? "0" : "") + hours + ":" + (rest < 10 ? "0" : "") + rest;
  }

  function spoken(minutes) {
    var words = minutes === 1 ? form.dataset.minute : form.dataset.minutes;
    return words.replace("{n}", minutes);
  }

  function write(selector, text) {
    each(selector, function (element) { element.textContent = text; });
  }

  function setSession(section) {
    var number = section.dataset.session;
    var rows = Array.prototype.slice.call(section.querySelectorAll("tr[data-planned]"));
    var items = rows.map(function (row) {
      return { minutes: Number(row.dataset.planned), whole: row.dataset.whole === "yes" };
    });
    if (!section.dataset.start) {
      section.dataset.start = section.querySelector("[data-at]").textContent;
      section.dataset.minutes = section.querySelector("[data-length]").textContent.replace(/\D+/g, "");
    }
    var begins = (start.value === planned.start ? section.dataset.start : start.value).split(":");
    var minutes = Number(length.value === planned.length ? section.dataset.minutes : length.value);
    var at = Number(begins[0]) * 60 + Number(begins[1]);
    var lengths = fit(items, minutes);
    lengths.forEach(function (lasts, place) {
      write('[data-at="' + number + "-" + place + '"]', clock(at));
      write('[data-lasts="' + number + "-" + place + '"]', spoken(lasts));
      at += lasts;
    });
    write('[data-at="' + number + "-" + lengths.length + '"]', clock(at));
    write('[data-length="' + number + '"]', spoken(lengths.reduce(function (a, b) { return a + b; }, 0)));
  }

  function setPeople(count) {
    var threes = count > 1 ? count % 2 : 0;
    write("[data-count]", count);
    write("[data-threes]", threes);
    write("[data-pairs]", Math.floor((count - 3 * threes) / 2));
    each("[data-per]", function (element) {
      var per = Number(element.dataset.per);
      var copies = (per ? Math.ceil(count / per) : 0) + Number(element.dataset.spare);
      element.textContent = copies * Number(element.dataset.leaves);
    });
  }

  function change() {
    if (!form.checkValidity() || !start.value || !people.value || !length.value) {
      status.textContent = "";
      return;
    }
    each("[data-session]", setSession);
    setPeople(Number(people.value));
    status.textContent = form.querySelector("[data-told]").dataset.told;
  }

  form.hidden = false;
  form.addEventListener("input", change);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.querySelector("[data-print]").addEventListener("click", function () { window.print(); });
})();
