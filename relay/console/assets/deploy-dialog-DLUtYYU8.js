import{A as e,D as t,F as n,I as r,M as i,S as a,_ as o,b as s}from"./decorate-cX1b0bKe.js";import{t as c}from"./curl-C3dG7kwV.js";import{n as l}from"./dialog-D95cH4qy.js";import{o as u}from"./fields-Z7HFGbs6.js";import{t as d}from"./index-BtPMuujb.js";import{r as f}from"./api-BMejlNS3.js";import{t as p}from"./diff-Dp0xgD-9.js";var m=(e,n,r)=>t(a(`apis`,e,`deployments`,`_diff`),{from:n,to:r});function h(e,t,n=e.data){let r=Object.fromEntries(e.plans.map(e=>[e.id,e]));return p(n,{...t,plans:r})}var g=r.deploy,_=32;async function v(t,p){let m=``,v=``,y=!1,b=!1;return await l(g.title,(e,n)=>(b||x(n),{content:s`<p>${g.intro(t.name)}</p>
          ${p?p.data.length?h(p,t):s`<p class="muted">${g.noChange}</p>`:s`<p class="muted">${g.first}</p>`}
          ${u({id:`deployment-label`,label:g.label,hint:g.labelHint,value:m,maxLength:_,onChange:e=>{m=e,n()}})}
          ${v?s`<p class="notice notice-error" role="alert">${v}</p>`:o}
          ${c([f(t.id,m)])}`,actions:s`<button type="button" @click=${()=>e(void 0)}>
            ${r.common.cancel}
          </button>
          <button
            type="submit"
            class="primary"
            ?disabled=${y}
            @click=${()=>S(()=>e(!0),n)}
          >
            ${g.action}
          </button>`}),{wide:!0})===!0;async function x(r){b=!0;let o=e(a(`apis`,t.id,`deployments`,`_verify`));try{let e=await i(o);v=e.ok?``:e.reason??``}catch(e){v=n(e)}v&&r()}async function S(e,r){y=!0,v=``,r();try{await i(f(t.id,m))}catch(e){return y=!1,v=n(e),r()}d(g.done),e()}}export{h as n,m as r,v as t};