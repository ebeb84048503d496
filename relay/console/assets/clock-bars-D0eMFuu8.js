import{I as e,b as t,i as n}from"./decorate-cX1b0bKe.js";import{r}from"./numbers-CoBbCYtr.js";var i=e.streams.clocks,a=class{constructor(){this.most=new Map,this.prefix=n(`clock`)}show(n){let a=Object.keys(n);return a.length?t`<div class="clock-bars">
      ${a.map(e=>{let a=n[e],o=Math.max(this.most.get(e)??0,a);this.most.set(e,o);let s=`${this.prefix}-${e}`;return t`<label for=${s}>${i[e]??e} <code>${e}</code></label>
          <progress id=${s} max=${o||1} .value=${a}></progress>
          <span class="numeric">${r(a)}</span>`})}
    </div>`:t`<p class="muted">${e.streams.noClock}</p>`}};export{a as t};