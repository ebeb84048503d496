import{F as e,x as t,z as n}from"./index-DO9nkWps.js";import{t as r}from"./curl-Bjpvh-Ts.js";import{n as i}from"./dialog-B6cH1Ntn.js";import{t as a}from"./field-errors-DG2aiDv_.js";function o(o){let s=o.values,c=a.none,l=!1;return i(o.title,(i,u)=>{let d=e=>{s={...s,...e},u()},f=async t=>{if(t.preventDefault(),!l){l=!0,u();try{i({value:await e(o.call(s))})}catch(e){c=a.of(e),l=!1,u()}}},p=o.fields(s,d,c);return{content:t`${c.summary()} ${p}
        ${r([(o.shownCall??o.call)(s)])}`,actions:t`<button type="button" @click=${()=>i(void 0)}>
            ${n.common.cancel}
          </button>
          <button
            type="submit"
            class=${o.danger?`danger`:`primary`}
            ?disabled=${l}
            @click=${f}
          >
            ${o.action}
          </button>`}},{wide:o.wide??!1})}export{o as t};