import{D as e,F as t,I as n,M as r,N as i,S as a,_ as o,b as s,n as c,o as l,s as u,t as d}from"./decorate-cX1b0bKe.js";import{i as f}from"./curl-C3dG7kwV.js";import{i as p}from"./fields-Z7HFGbs6.js";import{r as m}from"./page-B78qW9Xh.js";import{t as h}from"./paging-DPKvN3lo.js";import"./table-CX22Ptby.js";import{i as g,o as _,t as v}from"./index-BtPMuujb.js";import{t as y}from"./query-CGWuUA7Y.js";import{c as b,i as x,m as S,n as C,t as w}from"./subscription-columns-CFLq5Jc8.js";var T=n.subscriptions,E=25,D=1e3,O=`ALL`,k=class extends c{constructor(...t){super(...t),this.api=``,this.query=new y(this,()=>this.list.reload()),this.list=new f(this,e=>r(this.read(),e)),this.choices=new f(this,async t=>{let[n,i]=await Promise.all([r(this.plans(),t),r(e(a(`apis`,this.api,`subscribers`),{perPage:D}),t)]);return{plans:n.data,applications:i.data}})}render(){return m({title:T.title,intro:T.intro,actions:s`<a class="button" download="subscriptions.csv" href=${i(this.exported())}
          >${T.export}</a
        >
        ${_(`PUBLISHER`)?s`<button type="button" class="primary" @click=${()=>this.create()}>
              ${T.create}
            </button>`:o}`,content:s`${this.filters()}
      ${this.list.show(({data:e,pagination:t})=>s`<relay-table
            .label=${T.title}
            .columns=${C}
            .rows=${e}
            .key=${e=>e.id}
            .empty=${T.empty}
          ></relay-table>
          ${h(t,e=>this.query.set({page:String(e)}))}`)}`,calls:[this.read(),this.exported()]})}filters(){let{plans:e,applications:t}=this.choices.value??{plans:[],applications:[]},n=e=>[{value:``,label:T.all},...e.map(e=>({value:e.id,label:e.name}))],r=(e,t,n)=>p({id:`subscriptions-${e}`,label:t,value:this.query.get(e),options:n,onChange:t=>this.query.set({[e]:t,page:void 0})});return s`<div class="filters" role="search">
      ${r(`status`,T.status,[{value:``,label:T.open},{value:O,label:T.all},...Object.entries(T.statuses).map(([e,t])=>({value:e,label:t}))])}
      ${r(`plan`,T.plan,n(e))}
      ${r(`application`,T.application,n(t))}
    </div>`}wanted(){let e=this.query.get(`status`),t=e===O?Object.keys(T.statuses):[e];return{statuses:e?t:w,planIds:this.query.get(`plan`),applicationIds:this.query.get(`application`)}}read(){return e(a(`apis`,this.api,`subscriptions`),{...this.wanted(),page:this.query.number(`page`,1),perPage:E})}exported(){return e(a(`apis`,this.api,`subscriptions`,`_export`),this.wanted())}plans(){return e(a(`apis`,this.api,`plans`),{statuses:[`PUBLISHED`,`DEPRECATED`,`CLOSED`],perPage:D})}async create(){try{let e=await b(this.api);if(!e)return;await S(e),await g.go(x(e))}catch(e){v(t(e),`error`)}}};d([l({attribute:!1})],k.prototype,`api`,void 0),k=d([u(`relay-subscriptions`)],k);export{k as Subscriptions};