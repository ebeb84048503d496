import{F as e,L as t,P as n,R as r,S as i,_ as a,b as o,c as s,d as c,i as l,k as u,r as d,s as f,t as p,w as m}from"./index-q0cvveWk.js";import{d as h,o as g}from"./curl-DN9Ceju9.js";import{r as _}from"./page-Bd5Bw3P3.js";import{t as v}from"./paging-BY0QnTP9.js";import"./table-lhtN2eUf.js";import{t as y}from"./query-BWpnzWjK.js";import{c as b,i as x,m as S,n as C,t as w}from"./subscription-columns-D4fIG4xB.js";var T=r.subscriptions,E=25,D=1e3,O=`ALL`,k=class extends l{constructor(...e){super(...e),this.api=``,this.query=new y(this,()=>this.list.reload()),this.list=new h(this,e=>n(this.read(),e)),this.choices=new h(this,async e=>{let[t,r]=await Promise.all([n(this.plans(),e),n(u(m(`apis`,this.api,`subscribers`),{perPage:D}),e)]);return{plans:t.data,applications:r.data}})}render(){return _({title:T.title,intro:T.intro,actions:o`<a class="button" download="subscriptions.csv" href=${e(this.exported())}
          >${T.export}</a
        >
        ${i(`PUBLISHER`)?o`<button type="button" class="primary" @click=${()=>this.create()}>
              ${T.create}
            </button>`:a}`,content:o`${this.filters()}
      ${this.list.show(({data:e,pagination:t})=>o`<relay-table
            .label=${T.title}
            .columns=${C}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${T.empty}
          ></relay-table>
          ${v(t,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.read(),this.exported()]})}filters(){let{plans:e,applications:t}=this.choices.value??{plans:[],applications:[]},n=e=>[{value:``,label:T.all},...e.map(e=>({value:e.id,label:e.name}))],r=(e,t,n)=>g({id:`subscriptions-${e}`,label:t,value:this.query.get(e),options:n,onChange:t=>this.query.set({[e]:t,page:void 0})});return o`<div class="filters" role="search">
      ${r(`status`,T.status,[{value:``,label:T.open},{value:O,label:T.all},...Object.entries(T.statuses).map(([e,t])=>({value:e,label:t}))])}
      ${r(`plan`,T.plan,n(e))}
      ${r(`application`,T.application,n(t))}
    </div>`}wanted(){let e=this.query.get(`status`),t=e===O?Object.keys(T.statuses):[e];return{statuses:e?t:w,planIds:this.query.get(`plan`),applicationIds:this.query.get(`application`)}}read(){return u(m(`apis`,this.api,`subscriptions`),{...this.wanted(),page:this.query.number(`page`,1),perPage:E})}exported(){return u(m(`apis`,this.api,`subscriptions`,`_export`),this.wanted())}plans(){return u(m(`apis`,this.api,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`,`CLOSED`],perPage:D})}async create(){try{let e=await b(this.api);if(!e)return;await S(e),await c.go(x(e))}catch(e){p(t(e),`error`)}}};d([f({attribute:!1})],k.prototype,`api`,void 0),k=d([s(`relay-subscriptions`)],k);export{k as Subscriptions};