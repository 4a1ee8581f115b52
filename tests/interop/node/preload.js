/**
 * kurento-client's Transaction calls the constructor of Node's `domain` module without `new`, which a class
 * refuses. Here it becomes a function that may be called either way.
 */
"use strict";

const domain = require("domain");

const { Domain } = domain;

function CallableDomain() {
  if (new.target) return Reflect.construct(Domain, [], new.target);
  Object.assign(this, new Domain());
  return this;
}
CallableDomain.prototype = Domain.prototype;
domain.Domain = CallableDomain;
