import{I as e,M as t,b as n}from"./decorate-C5_swj5O.js";import{t as r}from"./curl-BqojTTmt.js";import{n as i}from"./dialog-DDn3fajl.js";import{t as a}from"./field-errors-C_V0mT76.js";function o(o){let s=o.values,c=a.none,l=!1;return i(o.title,(i,u)=>{let d=e=>{s={...s,...e},u()},f=async e=>{if(e.preventDefault(),!l){l=!0,u();try{i({value:await t(o.call(s))})}catch(e){c=a.of(e),l=!1,u()}}},p=o.fields(s,d,c);return{content:n`${c.summary()} ${p}
        ${r([(o.shownCall??o.call)(s)])}`,actions:n`<button type="button" @click=${()=>i(void 0)}>
            ${e.common.cancel}
          </button>
          <button
            type="submit"
            class=${o.danger?`danger`:`primary`}
            ?disabled=${l}
            @click=${f}
          >
            ${o.action}
          </button>`}},{wide:o.wide??!1})}export{o as t};