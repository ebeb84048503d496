import{I as e,M as t,b as n}from"./decorate-cX1b0bKe.js";import{t as r}from"./curl-C3dG7kwV.js";import{n as i}from"./dialog-D95cH4qy.js";import{t as a}from"./field-errors-CPb82UqI.js";function o(o){let s=o.values,c=a.none,l=!1;return i(o.title,(i,u)=>{let d=e=>{s={...s,...e},u()},f=async e=>{if(e.preventDefault(),!l){l=!0,u();try{i({value:await t(o.call(s))})}catch(e){c=a.of(e),l=!1,u()}}},p=o.fields(s,d,c);return{content:n`${c.summary()} ${p}
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